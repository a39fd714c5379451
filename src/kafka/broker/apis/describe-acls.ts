/** DescribeAcls: those that fit a filter, by their resources. */
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { type AclNumbers, numbersOf } from '../security/acl/acl.ts'
import { filterOf, matches } from '../security/acl/acl-filter.ts'
import { type AclOperation, CLUSTER_NAME } from '../security/authorizer.ts'

export const describeAcls = (broker: Broker) =>
  handler('DescribeAcls', (request, context) => {
    const refusal = aclRefusal(broker, context, 'DESCRIBE')
    if (refusal !== undefined) return refusal
    const filter = filterOf(request)
    if (typeof filter === 'string') return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: filter }
    const byResource = new Map<string, AclNumbers[]>()
    for (const acl of broker.securityState.acls.all) {
      if (!matches(filter, acl)) continue
      const key = JSON.stringify([acl.resourceType, acl.patternType, acl.resourceName])
      const numbers = numbersOf(acl)
      const known = byResource.get(key)
      if (known === undefined) byResource.set(key, [numbers])
      else known.push(numbers)
    }
    return {
      resources: Array.from(byResource.values(), acls => ({ ...acls[0]!, acls })),
    }
  })

/** Why this client may not look at ACLs, or change them; or why there are none. */
export function aclRefusal(
  broker: Broker,
  context: RequestContext,
  operation: AclOperation,
): { readonly errorCode: number; readonly errorMessage: string } | undefined {
  if (!context.may(operation, 'CLUSTER', CLUSTER_NAME))
    return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'Cluster authorization failed.' }
  if (broker.authorizer !== undefined) return undefined
  return { errorCode: ErrorCode.SECURITY_DISABLED, errorMessage: 'No Authorizer is configured.' }
}
