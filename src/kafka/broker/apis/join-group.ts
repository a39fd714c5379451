/** JoinGroup: a member comes, or comes again. It is answered when the group has met. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { clientOf } from '../groups/client.ts'

const FIRST_VERSION_WITHOUT_PROTOCOL = 7

export const joinGroup = (broker: Broker) =>
  handler('JoinGroup', (request, context) => {
    if (!context.may('READ', 'GROUP', request.groupId))
      return told({ memberId: '', errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED, protocolName: null }, context.version)
    return new Promise(resolve => {
      broker.groups.join(request, clientOf(context), answer => resolve(told(answer, context.version)))
    })
  })

/** Before, a group without a protocol had an empty one. */
const told = (answer: ResponseOf<'JoinGroup'>, version: number): ResponseOf<'JoinGroup'> =>
  answer.protocolName === null && version < FIRST_VERSION_WITHOUT_PROTOCOL ? { ...answer, protocolName: '' } : answer
