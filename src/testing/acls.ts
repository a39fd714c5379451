/** ACLs in their notation, for tests. */
import type { Acl } from '../kafka/broker/security/acl/acl.ts'

const ACL = /^(ALLOW|DENY) (\S+)(?: from (\S+))? (\w+) on (\w+) (.+?)(…?)$/

/** `ALLOW User:alice from * READ on TOPIC orders…`; without `from` from every host. */
export function acl(text: string): Acl {
  const [, permission, principal, host = '*', operation, resourceType, resourceName, prefixed] = ACL.exec(text)!
  return {
    permission,
    principal,
    host,
    operation,
    resourceType,
    resourceName,
    patternType: prefixed === '' ? 'LITERAL' : 'PREFIXED',
  } as Acl
}
