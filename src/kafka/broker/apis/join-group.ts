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
      broker.groups.join(request, clientOf(context), telling(context.version, resolve))
    })
  })

type Answer = ResponseOf<'JoinGroup'>

/** Keeps nothing of the request, which may wait for long. */
const telling =
  (version: number, resolve: (answer: Answer) => void) =>
  (answer: Answer): void =>
    resolve(told(answer, version))

/** Before, a group without a protocol had an empty one. */
const told = (answer: Answer, version: number): Answer =>
  answer.protocolName === null && version < FIRST_VERSION_WITHOUT_PROTOCOL ? { ...answer, protocolName: '' } : answer
