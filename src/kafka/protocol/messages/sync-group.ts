/** Classic groups: the leader hands out the assignment, everyone takes theirs. */
import { type MessageOf, api, array, bytes, int16, int32, request, response, string } from '../schema.ts'

const SyncGroup = api('SyncGroup', { key: 14, versions: '0-5', flexible: '4+' })

export const SyncGroupRequest = request(SyncGroup, {
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: string('3+').orNull(),
  protocolType: string('5+').orNull().ignorable(),
  protocolName: string('5+').orNull().ignorable(),
  assignments: array({ memberId: string(), assignment: bytes() }),
})
export type SyncGroupRequest = MessageOf<typeof SyncGroupRequest>

export const SyncGroupResponse = response(SyncGroup, {
  throttleTimeMs: int32('1+').ignorable(),
  errorCode: int16(),
  protocolType: string('5+').orNull().ignorable(),
  protocolName: string('5+').orNull().ignorable(),
  assignment: bytes(),
})
export type SyncGroupResponse = MessageOf<typeof SyncGroupResponse>
