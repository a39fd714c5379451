/** Empty groups, with their offsets, are forgotten. */
import { type MessageOf, api, array, int16, int32, request, response, string } from '../schema.ts'

const DeleteGroups = api('DeleteGroups', { key: 42, versions: '0-2', flexible: '2+' })

export const DeleteGroupsRequest = request(DeleteGroups, { groupsNames: array(string()) })
export type DeleteGroupsRequest = MessageOf<typeof DeleteGroupsRequest>

export const DeleteGroupsResponse = response(DeleteGroups, {
  throttleTimeMs: int32(),
  results: array({ groupId: string(), errorCode: int16() }),
})
export type DeleteGroupsResponse = MessageOf<typeof DeleteGroupsResponse>
