/** DeleteAcls: all that fit a filter, filter by filter; those that went are told. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { type Acl, aclText, numbersOf } from '../security/acl/acl.ts'
import { type AclFilterNumbers, filterOf, matches } from '../security/acl/acl-filter.ts'
import { aclRefusal } from './describe-acls.ts'

export const deleteAcls = (broker: Broker) =>
  handler('DeleteAcls', ({ filters }, context) => {
    const refusal = aclRefusal(broker, context, 'ALTER')
    if (refusal !== undefined) return { filterResults: filters.map(() => refusal) }
    const { securityState, log } = broker
    // Every filter is told all that fit it, also those that another one takes away.
    const found = filters.map(filter => matchingOf(broker, filter))
    for (const acl of new Set(found.flatMap(acls => (typeof acls === 'string' ? [] : acls)))) {
      securityState.removeAcl(acl)
      log('info', 'ACL deleted', { acl: aclText(acl), by: context.connection.session.principal })
    }
    return {
      filterResults: found.map(acls =>
        typeof acls === 'string'
          ? { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: acls }
          : { errorMessage: null, matchingAcls: acls.map(acl => ({ ...numbersOf(acl), errorMessage: null })) },
      ),
    }
  })

function matchingOf({ securityState }: Broker, numbers: AclFilterNumbers): readonly Acl[] | string {
  const filter = filterOf(numbers)
  return typeof filter === 'string' ? filter : [...securityState.acls.all].filter(acl => matches(filter, acl))
}
