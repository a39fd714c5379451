/** Election types: 0 preferred, 1 unclean. `topicPartitions: null` means all. */
import { type MessageOf, api, array, int16, int32, int8, request, response, string } from '../schema.ts'

const ElectLeaders = api('ElectLeaders', { key: 43, versions: '0-2', flexible: '2+' })

export const ElectLeadersRequest = request(ElectLeaders, {
  electionType: int8('1+'),
  topicPartitions: array({ topic: string(), partitions: array(int32()) }).nullable(),
  timeoutMs: int32().default(60000),
})
export type ElectLeadersRequest = MessageOf<typeof ElectLeadersRequest>

export const ElectLeadersResponse = response(ElectLeaders, {
  throttleTimeMs: int32(),
  errorCode: int16('1+'),
  replicaElectionResults: array({
    topic: string(),
    partitionResult: array({ partitionId: int32(), errorCode: int16(), errorMessage: string().nullable() }),
  }),
})
export type ElectLeadersResponse = MessageOf<typeof ElectLeadersResponse>
