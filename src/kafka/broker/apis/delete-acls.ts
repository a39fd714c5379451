/** DeleteAcls: all that fit a filter, filter by filter; those that went are told. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { aclText, numbersOf } from '../security/acl/acl.ts'
import { type AclFilterNumbers, filterOf, matches } from '../security/acl/acl-filter.ts'
import { aclRefusal } from './describe-acls.ts'

export const deleteAcls = (broker: Broker) =>
  handler('DeleteAcls', ({ filters }, context) => {
    const refusal = aclRefusal(broker, context, 'ALTER')
    if (refusal !== undefined) return { filterResults: filters.map(() => refusal) }
    return { filterResults: filters.map(filter => remove(broker, filter, context.connection.session.principal)) }
  })

function remove({ securityState, log }: Broker, numbers: AclFilterNumbers, by: string) {
  const filter = filterOf(numbers)
  if (typeof filter === 'string') return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: filter }
  const matching = [...securityState.acls.all].filter(acl => matches(filter, acl))
  for (const acl of matching) {
    securityState.removeAcl(acl)
    log('info', 'ACL deleted', { acl: aclText(acl), by })
  }
  return { errorCode: 0, errorMessage: null, matchingAcls: matching.map(numbersOf) }
}
