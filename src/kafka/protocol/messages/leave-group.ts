/** Classic groups: one member leaves, or several from version 3 on. */
import { type MessageOf, api, array, int16, int32, request, response, string } from '../schema.ts'

const LeaveGroup = api('LeaveGroup', { key: 13, versions: '0-5', flexible: '4+' })

export const LeaveGroupRequest = request(LeaveGroup, {
  groupId: string(),
  memberId: string('0-2'),
  members: array('3+', {
    memberId: string(),
    groupInstanceId: string().orNull(),
    reason: string('5+').orNull().ignorable(),
  }),
})
export type LeaveGroupRequest = MessageOf<typeof LeaveGroupRequest>

export const LeaveGroupResponse = response(LeaveGroup, {
  throttleTimeMs: int32('1+').ignorable(),
  errorCode: int16(),
  members: array('3+', { memberId: string(), groupInstanceId: string().nullable(), errorCode: int16() }),
})
export type LeaveGroupResponse = MessageOf<typeof LeaveGroupResponse>
