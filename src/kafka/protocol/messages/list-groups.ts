/** All groups, of these states (version 4 on) and types (5 on). */
import { type MessageOf, api, array, int16, int32, request, response, string } from '../schema.ts'

const ListGroups = api('ListGroups', { key: 16, versions: '0-5', flexible: '3+' })

export const ListGroupsRequest = request(ListGroups, { statesFilter: array('4+', string()), typesFilter: array('5+', string()) })
export type ListGroupsRequest = MessageOf<typeof ListGroupsRequest>

export const ListGroupsResponse = response(ListGroups, {
  throttleTimeMs: int32('1+').ignorable(),
  errorCode: int16(),
  groups: array({
    groupId: string(),
    protocolType: string(),
    groupState: string('4+').ignorable(),
    groupType: string('5+').ignorable(),
  }),
})
export type ListGroupsResponse = MessageOf<typeof ListGroupsResponse>
