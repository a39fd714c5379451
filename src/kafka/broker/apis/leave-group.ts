/** LeaveGroup: members go, one up to version 2, several from 3 on; an administrator may send them. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

const FIRST_VERSION_WITH_MANY = 3

export const leaveGroup = (broker: Broker) =>
  handler('LeaveGroup', (request, context) => {
    const { groupId, memberId } = request
    if (!context.may('READ', 'GROUP', groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID }
    const many = context.version >= FIRST_VERSION_WITH_MANY
    const leaving = many ? request.members : [{ memberId, groupInstanceId: null }]
    const codes = broker.groups.leave(groupId, leaving)
    if (!many) return { errorCode: codes[0]! }
    return {
      members: leaving.map(({ memberId: id, groupInstanceId }, i) => ({ memberId: id, groupInstanceId, errorCode: codes[i]! })),
    }
  })
