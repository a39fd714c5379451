/**
 * Access control lists: who may, or may not, do what to which resource, coming from where.
 *
 *     ALLOW User:alice from * READ on TOPIC orders
 *     DENY  User:*  from 10.0.0.7 ALL on GROUP reports-… (every group whose name begins so)
 */
import { CLUSTER_NAME } from '../authorizer.ts'

/** By their numbers in Kafka's messages. */
export const resourceTypes = [
  'UNKNOWN',
  'ANY',
  'TOPIC',
  'GROUP',
  'CLUSTER',
  'TRANSACTIONAL_ID',
  'DELEGATION_TOKEN',
  'USER',
] as const
export const patternTypes = ['UNKNOWN', 'ANY', 'MATCH', 'LITERAL', 'PREFIXED'] as const
export const permissions = ['UNKNOWN', 'ANY', 'DENY', 'ALLOW'] as const
export const operations = [
  'UNKNOWN',
  'ANY',
  'ALL',
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
  'CREATE_TOKENS',
  'DESCRIBE_TOKENS',
  'TWO_PHASE_COMMIT',
] as const

export type AnyResourceType = (typeof resourceTypes)[number]
export type PatternType = (typeof patternTypes)[number]
export type Permission = (typeof permissions)[number]
export type AnyOperation = (typeof operations)[number]

export interface Acl {
  readonly resourceType: Exclude<AnyResourceType, 'UNKNOWN' | 'ANY'>
  readonly patternType: 'LITERAL' | 'PREFIXED'
  /** `*` as a literal stands for every name. */
  readonly resourceName: string
  /** `User:alice`; `User:*` stands for everybody. */
  readonly principal: string
  /** An address; `*` stands for every one. */
  readonly host: string
  readonly operation: Exclude<AnyOperation, 'UNKNOWN' | 'ANY'>
  readonly permission: 'DENY' | 'ALLOW'
}

/** What stands for every resource, and for every host. */
export const WILDCARD = '*'
export const EVERYBODY = 'User:*'

/** Equal for equal ACLs. */
export const keyOfAcl = (acl: Acl): string =>
  JSON.stringify([acl.resourceType, acl.patternType, acl.resourceName, acl.principal, acl.host, acl.operation, acl.permission])

/** As in the heading. */
export const aclText = ({ permission, principal, host, operation, resourceType, resourceName, patternType }: Acl): string =>
  `${permission} ${principal} from ${host} ${operation} on ${resourceType} ${resourceName}${patternType === 'PREFIXED' ? '…' : ''}`

/** The numbers of a message. */
export interface AclNumbers {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** The ACL that a client means, or why there can't be such a one. */
export function aclOf(numbers: AclNumbers): Acl | string {
  const { resourceName, principal, host } = numbers
  const resourceType = resourceTypes[numbers.resourceType] ?? 'UNKNOWN'
  const patternType = patternTypes[numbers.patternType] ?? 'UNKNOWN'
  const operation = operations[numbers.operation] ?? 'UNKNOWN'
  const permission = permissions[numbers.permissionType] ?? 'UNKNOWN'
  if (resourceType === 'UNKNOWN' || resourceType === 'ANY') return `Invalid resourceType ${resourceType}`
  if (patternType !== 'LITERAL' && patternType !== 'PREFIXED') return `Invalid patternType ${patternType}`
  if (operation === 'UNKNOWN' || operation === 'ANY') return `Invalid operation type ${operation}`
  if (permission !== 'ALLOW' && permission !== 'DENY') return `Invalid permissionType ${permission}`
  if (resourceName === '') return 'Invalid empty resource name'
  if (resourceType === 'CLUSTER' && resourceName !== CLUSTER_NAME)
    return `The only valid name for the CLUSTER resource is ${CLUSTER_NAME}`
  if (!principal.includes(':')) {
    return `Could not parse principal from \`${principal}\` (no colon is present separating the principal type from the principal name)`
  }
  return { resourceType, patternType, resourceName, principal, host, operation, permission }
}

/** The other way round. */
export const numbersOf = (acl: Acl): AclNumbers => ({
  resourceType: resourceTypes.indexOf(acl.resourceType),
  resourceName: acl.resourceName,
  patternType: patternTypes.indexOf(acl.patternType),
  principal: acl.principal,
  host: acl.host,
  operation: operations.indexOf(acl.operation),
  permissionType: permissions.indexOf(acl.permission),
})
