/** Classic groups with their members. */
import { type MessageOf, api, array, bool, bytes, int16, int32, INT32_MIN, request, response, string } from '../schema.ts'

const DescribeGroups = api('DescribeGroups', { key: 15, versions: '0-6', flexible: '5+' })

export const DescribeGroupsRequest = request(DescribeGroups, { groups: array(string()), includeAuthorizedOperations: bool('3+') })
export type DescribeGroupsRequest = MessageOf<typeof DescribeGroupsRequest>

export const DescribeGroupsResponse = response(DescribeGroups, {
  throttleTimeMs: int32('1+').ignorable(),
  groups: array({
    errorCode: int16(),
    errorMessage: string('6+').orNull(),
    groupId: string(),
    groupState: string(),
    protocolType: string(),
    protocolData: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string('4+').orNull().ignorable(),
      clientId: string(),
      clientHost: string(),
      memberMetadata: bytes(),
      memberAssignment: bytes(),
    }),
    authorizedOperations: int32('3+').default(INT32_MIN),
  }),
})
export type DescribeGroupsResponse = MessageOf<typeof DescribeGroupsResponse>
