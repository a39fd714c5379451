/** ListConfigResources: what has properties. Before version 1 it asks for subscriptions to metrics alone. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { ConfigResourceType } from '../config/config-numbers.ts'
import { configResources } from '../config/config-resources.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

export const listConfigResources = (broker: Broker) => {
  const resources = configResources(broker)
  return handler('ListConfigResources', ({ resourceTypes }, context) => {
    if (!context.may('DESCRIBE_CONFIGS', 'CLUSTER', CLUSTER_NAME)) return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }
    if (context.version === 0) return { configResources: named(ConfigResourceType.CLIENT_METRICS) }
    if (resourceTypes.some(type => !resources.has(type))) return { errorCode: ErrorCode.UNSUPPORTED_VERSION }
    const types = [...resources.keys()].filter(type => resourceTypes.length === 0 || resourceTypes.includes(type))
    return { configResources: types.flatMap(named) }
  })

  function named(resourceType: number) {
    return resources
      .get(resourceType)!
      .names()
      .map(resourceName => ({ resourceName, resourceType }))
  }
}
