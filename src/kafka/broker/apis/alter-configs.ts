/** AlterConfigs and IncrementalAlterConfigs: properties anew, or some changes of them. Each resource for itself. */
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { ConfigChange } from '../config/config-change.ts'
import { type ConfigResources, configResources } from '../config/config-resources.ts'
import { KafkaRefusal } from '../topics.ts'

interface Named {
  readonly resourceType: number
  readonly resourceName: string
}

export const alterConfigs = (broker: Broker) => {
  const resources = configResources(broker)
  return handler('AlterConfigs', ({ resources: wanted, validateOnly }, context) => ({
    responses: wanted.map(resource =>
      altered(broker, resources, resource, wanted, { kind: 'replace', configs: resource.configs }, validateOnly, context),
    ),
  }))
}

export const incrementalAlterConfigs = (broker: Broker) => {
  const resources = configResources(broker)
  return handler('IncrementalAlterConfigs', ({ resources: wanted, validateOnly }, context) => ({
    responses: wanted.map(resource =>
      altered(broker, resources, resource, wanted, { kind: 'edit', configs: resource.configs }, validateOnly, context),
    ),
  }))
}

function altered(
  broker: Broker,
  resources: ConfigResources,
  { resourceType, resourceName }: Named,
  all: readonly Named[],
  change: ConfigChange,
  validateOnly: boolean,
  context: RequestContext,
) {
  const answer = (errorCode: number, errorMessage: string | null) => ({ errorCode, errorMessage, resourceType, resourceName })
  const same = all.filter(other => other.resourceType === resourceType && other.resourceName === resourceName)
  if (same.length > 1) return answer(ErrorCode.INVALID_REQUEST, 'the request names this resource twice')
  const resource = resources.get(resourceType)
  if (resource === undefined) return answer(ErrorCode.INVALID_REQUEST, `there are no resources of type ${resourceType}`)
  if (!resource.may('ALTER_CONFIGS', resourceName, context)) return answer(resource.unauthorized, 'not authorized to alter it')
  try {
    resource.alter(resourceName, change, validateOnly)
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return answer(error.errorCode, error.message)
  }
  if (!validateOnly) {
    const names = change.configs.map(({ name }) => name)
    broker.log('info', 'properties changed', { resourceType, resourceName, names, by: context.connection.session.principal })
  }
  return answer(0, null)
}
