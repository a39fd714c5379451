/** Classic groups: a member is alive. */
import { type MessageOf, api, int16, int32, request, response, string } from '../schema.ts'

const Heartbeat = api('Heartbeat', { key: 12, versions: '0-4', flexible: '4+' })

export const HeartbeatRequest = request(Heartbeat, {
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: string('3+').orNull(),
})
export type HeartbeatRequest = MessageOf<typeof HeartbeatRequest>

export const HeartbeatResponse = response(Heartbeat, { throttleTimeMs: int32('1+').ignorable(), errorCode: int16() })
export type HeartbeatResponse = MessageOf<typeof HeartbeatResponse>
