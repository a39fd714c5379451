/**
 * Which ACLs a client wants to see, or to be rid of. What is null or ANY fits everything.
 *
 *     TOPIC, LITERAL,  'orders'      the ACLs of exactly this name
 *     TOPIC, ANY,      'orders'      also those of the prefix 'orders'
 *     TOPIC, MATCH,    'orders'      all that have a say in topic orders: also `*`, and the prefixes 'o', 'or', …
 */
import {
  type Acl,
  type AnyOperation,
  type AnyResourceType,
  type PatternType,
  type Permission,
  WILDCARD,
  operations,
  patternTypes,
  permissions,
  resourceTypes,
} from './acl.ts'

export interface AclFilter {
  readonly resourceType: AnyResourceType
  readonly patternType: PatternType
  readonly resourceName: string | null
  readonly principal: string | null
  readonly host: string | null
  readonly operation: AnyOperation
  readonly permission: Permission
}

export interface AclFilterNumbers {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

/** The filter of a message, or what of it is not known. */
export function filterOf(numbers: AclFilterNumbers): AclFilter | string {
  const filter: AclFilter = {
    resourceType: resourceTypes[numbers.resourceTypeFilter] ?? 'UNKNOWN',
    patternType: patternTypes[numbers.patternTypeFilter] ?? 'UNKNOWN',
    resourceName: numbers.resourceNameFilter,
    principal: numbers.principalFilter,
    host: numbers.hostFilter,
    operation: operations[numbers.operation] ?? 'UNKNOWN',
    permission: permissions[numbers.permissionType] ?? 'UNKNOWN',
  }
  if (filter.resourceType === 'UNKNOWN' || filter.patternType === 'UNKNOWN') return 'Unknown patternFilter.'
  if (filter.operation === 'UNKNOWN' || filter.permission === 'UNKNOWN') return 'Unknown entryFilter.'
  return filter
}

export const matches = (filter: AclFilter, acl: Acl): boolean =>
  (filter.resourceType === 'ANY' || filter.resourceType === acl.resourceType) &&
  (filter.principal === null || filter.principal === acl.principal) &&
  (filter.host === null || filter.host === acl.host) &&
  (filter.operation === 'ANY' || filter.operation === acl.operation) &&
  (filter.permission === 'ANY' || filter.permission === acl.permission) &&
  matchesName(filter, acl)

function matchesName({ patternType, resourceName: name }: AclFilter, acl: Acl): boolean {
  const said = patternType === 'ANY' || patternType === acl.patternType
  if (!said && patternType !== 'MATCH') return false
  if (name === null || name === acl.resourceName) return true
  if (patternType !== 'MATCH') return false
  return acl.patternType === 'PREFIXED' ? name.startsWith(acl.resourceName) : acl.resourceName === WILDCARD
}
