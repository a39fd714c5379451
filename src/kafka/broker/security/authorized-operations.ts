/**
 * What a client may do with a resource, as Metadata, DescribeCluster and DescribeGroups tell it: a bit for each operation, by its number in
 * Kafka's messages.
 *
 *     authorizedOperations(context, 'TOPIC', 'orders')     READ | DESCRIBE     1 << 3 | 1 << 8
 */
import type { RequestContext } from '../api.ts'
import { operations } from './acl/acl.ts'
import type { AclOperation, ResourceType } from './authorizer.ts'

/** What can be done to a resource at all. */
const possible: { readonly [T in ResourceType]: readonly AclOperation[] } = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DESCRIBE', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['CREATE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE', 'ALTER', 'DESCRIBE'],
  TRANSACTIONAL_ID: ['DESCRIBE', 'WRITE', 'TWO_PHASE_COMMIT'],
}

export function authorizedOperations(context: RequestContext, type: ResourceType, name: string): number {
  let bits = 0
  for (const operation of possible[type]) if (context.may(operation, type, name)) bits |= 1 << operations.indexOf(operation)
  return bits
}
