/** CreateAcls: each for itself; one that is there already is no error. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { aclOf, aclText } from '../security/acl/acl.ts'
import { aclRefusal } from './describe-acls.ts'

export const createAcls = (broker: Broker) =>
  handler('CreateAcls', ({ creations }, context) => {
    const refusal = aclRefusal(broker, context, 'ALTER')
    if (refusal !== undefined) return { results: creations.map(() => refusal) }
    return {
      results: creations.map(creation => {
        const acl = aclOf({ ...creation, patternType: creation.resourcePatternType })
        if (typeof acl === 'string') return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: acl }
        broker.securityState.addAcl(acl)
        broker.log('info', 'ACL created', { acl: aclText(acl), by: context.connection.session.principal })
        return {}
      }),
    }
  })
