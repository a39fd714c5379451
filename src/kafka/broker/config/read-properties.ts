/**
 * A broker's properties from all places that they are said in; the later wins.
 *
 *     a file           num.partitions=3             as Java writes properties
 *     the environment  KAFKA_NUM_PARTITIONS=3       as Kafka's container image takes them: _ is a dot, __ is _, ___ is -
 *     --set            num.partitions=3
 */
import { didYouMean } from '../../../base/suggest.ts'
import { parseProperties } from '../../../base/properties.ts'
import { brokerConfigs } from './broker-config.ts'
import { InvalidConfigError } from './definition.ts'
import { unscoped } from './listener-properties.ts'

export interface PropertySources {
  readonly fileText?: string | undefined
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** `name=value` each. */
  readonly settings?: readonly string[]
}

export function readBrokerProperties({ fileText, environment = {}, settings = [] }: PropertySources): Record<string, string> {
  const properties = new Map<string, string>()
  if (fileText !== undefined) for (const [name, value] of parseProperties(fileText)) put(properties, name, value, name)
  for (const [variable, value] of Object.entries(environment)) {
    const name = value === undefined ? undefined : propertyOf(variable)
    if (name !== undefined) put(properties, name, value!, `${variable} (${name})`)
  }
  for (const setting of settings) {
    const at = setting.indexOf('=')
    if (at <= 0) throw invalid(`--set takes key=value, not '${setting}'`)
    const name = setting.slice(0, at).trim()
    put(properties, name, setting.slice(at + 1).trim(), name)
  }
  return Object.fromEntries(properties)
}

function put(properties: Map<string, string>, name: string, value: string, said: string): void {
  const plain = unscoped(name)
  if (brokerConfigs.get(plain) === undefined)
    throw invalid(`there is no property '${said}'`, didYouMean(name, brokerConfigs.names))
  brokerConfigs.check(plain, value)
  properties.set(name, value)
}

const PREFIX = 'KAFKA_'

/** Variables that say something to Kafka's scripts, or that Kubernetes sets in the neighbourhood of a service named kafka. */
const OTHERS =
  /^KAFKA_(VERSION|HOME|(HEAP|LOG4J|JMX|JVM_PERFORMANCE|GC_LOG)?_?OPTS|LOG4J_(ROOT_LOGLEVEL|LOGGERS)|TOOLS_LOG4J_LOGLEVEL|JMX_(HOSTNAME|PORT)|(SERVICE|PORT)(_.*)?)$/

/** `KAFKA_LISTENER_NAME_IN___SIDE_SSL_CLIENT_AUTH` → listener.name.in-side.ssl.client.auth; undefined for what is no property. */
function propertyOf(variable: string): string | undefined {
  if (!variable.startsWith(PREFIX) || OTHERS.test(variable)) return undefined
  const written: Readonly<Record<number, string>> = { 1: '.', 2: '_', 3: '-' }
  return variable
    .slice(PREFIX.length)
    .toLowerCase()
    .replace(/_+/g, bars => written[bars.length] ?? bars)
}

const invalid = (message: string, hint?: string): InvalidConfigError =>
  new InvalidConfigError('CONFIG_INVALID', 'user', message, { hint })
