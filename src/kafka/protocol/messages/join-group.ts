/** Classic groups: members meet, and one of them becomes the leader. */
import { type MessageOf, api, array, bool, bytes, int16, int32, request, response, string } from '../schema.ts'

const JoinGroup = api('JoinGroup', { key: 11, versions: '0-9', flexible: '6+' })

export const JoinGroupRequest = request(JoinGroup, {
  groupId: string(),
  sessionTimeoutMs: int32(),
  rebalanceTimeoutMs: int32('1+').default(-1).ignorable(),
  memberId: string(),
  groupInstanceId: string('5+').orNull(),
  protocolType: string(),
  protocols: array({ name: string(), metadata: bytes() }),
  reason: string('8+').orNull().ignorable(),
})
export type JoinGroupRequest = MessageOf<typeof JoinGroupRequest>

export const JoinGroupResponse = response(JoinGroup, {
  throttleTimeMs: int32('2+').ignorable(),
  errorCode: int16(),
  generationId: int32().default(-1),
  protocolType: string('7+').orNull().ignorable(),
  protocolName: string().nullable('7+'),
  leader: string(),
  skipAssignment: bool('9+'),
  memberId: string(),
  members: array({
    memberId: string(),
    groupInstanceId: string('5+').orNull().ignorable(),
    metadata: bytes(),
  }),
})
export type JoinGroupResponse = MessageOf<typeof JoinGroupResponse>
