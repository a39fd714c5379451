/** What a client may do with a resource, as the bits that Metadata and DescribeCluster tell. */
import type { RequestContext } from '../api.ts'
import { type AclOperation, CLUSTER_NAME, type ResourceType } from './authorizer.ts'

/** Kafka's numbers of operations: each is a bit. */
const numbers: Readonly<Partial<Record<AclOperation, number>>> = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
}

/** What can be done with each type of resource at all. */
const operationsOf: Readonly<Record<ResourceType, readonly AclOperation[]>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['CREATE', 'ALTER', 'DESCRIBE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE'],
  TRANSACTIONAL_ID: ['WRITE', 'DESCRIBE'],
}

export function authorizedOperations(context: RequestContext, type: ResourceType, name: string): number {
  let bits = 0
  for (const operation of operationsOf[type]) if (context.may(operation, type, name)) bits |= 1 << numbers[operation]!
  return bits
}

/** Nothing is told to who may not see the cluster. */
export const clusterOperations = (context: RequestContext): number =>
  context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME) ? authorizedOperations(context, 'CLUSTER', CLUSTER_NAME) : 0
