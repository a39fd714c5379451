/** DeleteGroups: empty groups go, and their offsets with them. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const deleteGroups = (broker: Broker) =>
  handler('DeleteGroups', ({ groupsNames }, context) => ({
    results: Array.from(new Set(groupsNames), groupId => ({
      groupId,
      errorCode: context.may('DELETE', 'GROUP', groupId) ? broker.groups.delete(groupId) : ErrorCode.GROUP_AUTHORIZATION_FAILED,
    })),
  }))
