/** Properties of a subscription to metrics that clients push (KIP-714). They are kept and shown; nobody is asked for metrics. */
import { type ConfigDefinition, ConfigTable, listOf } from './definition.ts'

const inert = 'clients push no metrics'

const SELECTORS = [
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
]

/** `client_id=orders-.*,client_software_name=librdkafka` */
function matchProblem(text: string): string | undefined {
  for (const selector of listOf(text)) {
    const [name = '', pattern] = selector.split('=').map(part => part.trim())
    if (!SELECTORS.includes(name) || pattern === undefined || pattern === '') return `a list of ${SELECTORS.join('=…, ')}=…`
    const problem = patternProblem(pattern)
    if (problem !== undefined) return `a list of regular expressions (${problem})`
  }
  return undefined
}

function patternProblem(pattern: string): string | undefined {
  try {
    RegExp(pattern, 'u')
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

export const clientMetricsConfigs: ConfigTable = new ConfigTable([
  {
    name: 'interval.ms',
    type: 'int',
    default: '300000',
    min: 100,
    max: 3_600_000,
    description: 'time between two pushes',
    inert,
  },
  { name: 'match', type: 'list', default: '', description: 'which clients', check: matchProblem, inert },
  { name: 'metrics', type: 'list', default: '', description: 'which metrics, by the beginnings of their names', inert },
] satisfies ConfigDefinition[])
