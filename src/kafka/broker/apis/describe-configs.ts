/** DescribeConfigs: properties of topics, brokers, groups and others, with where each is from. */
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { ConfigEntry } from '../config/config-entries.ts'
import { type ConfigResources, configResources } from '../config/config-resources.ts'
import { KafkaRefusal } from '../topics.ts'

type Request = RequestOf<'DescribeConfigs'>
type Wanted = Request['resources'][number]
type Answer = NonNullable<ResponseOf<'DescribeConfigs'>['results']>[number]

const FIRST_VERSION_WITH_DOCUMENTATION = 3

export const describeConfigs = (broker: Broker) => {
  const resources = configResources(broker)
  return handler('DescribeConfigs', (request, context) => ({
    results: request.resources.map(wanted => describe(resources, wanted, request, context)),
  }))
}

function describe(resources: ConfigResources, wanted: Wanted, request: Request, context: RequestContext): Answer {
  const { resourceType, resourceName, configurationKeys } = wanted
  const refused = (errorCode: number, errorMessage: string) => ({
    errorCode,
    errorMessage,
    resourceType,
    resourceName,
    configs: [],
  })
  const resource = resources.get(resourceType)
  if (resource === undefined) return refused(ErrorCode.INVALID_REQUEST, `there are no resources of type ${resourceType}`)
  if (!resource.may('DESCRIBE_CONFIGS', resourceName, context)) return refused(resource.unauthorized, 'not authorized to see it')
  const keys = configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys)
  try {
    const entries = Array.from(resource.describe(resourceName)).filter(({ name }) => keys === undefined || keys.has(name))
    const shown = entries.map(entry => shownEntry(entry, request, context.version))
    return { errorCode: 0, errorMessage: '', resourceType, resourceName, configs: shown }
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return refused(error.errorCode, error.message)
  }
}

const shownEntry = (entry: ConfigEntry, { includeSynonyms, includeDocumentation }: Request, version: number) => ({
  ...entry,
  synonyms: includeSynonyms ? entry.synonyms : [],
  documentation: includeDocumentation && version >= FIRST_VERSION_WITH_DOCUMENTATION ? entry.documentation : null,
})
