/** Heartbeat: a member of a classic group is alive, and learns whether the group rebalances. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const heartbeat = (broker: Broker) =>
  handler('Heartbeat', (request, context) => ({
    errorCode: context.may('READ', 'GROUP', request.groupId)
      ? broker.groups.heartbeat(request)
      : ErrorCode.GROUP_AUTHORIZATION_FAILED,
  }))
