/** SyncGroup: the leader brings the assignment, everybody gets theirs. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

const FIRST_VERSION_WITH_PROTOCOL = 5

export const syncGroup = (broker: Broker) =>
  handler('SyncGroup', (request, context) => {
    if (context.version >= FIRST_VERSION_WITH_PROTOCOL && (request.protocolType === null || request.protocolName === null))
      return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL }
    if (!context.may('READ', 'GROUP', request.groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
    return new Promise(resolve => {
      broker.groups.sync(request, resolve)
    })
  })
