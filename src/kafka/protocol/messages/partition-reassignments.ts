/** Partitions that move to other replicas. */
import { type MessageOf, api, array, bool, int16, int32, request, response, string } from '../schema.ts'

const AlterPartitionReassignments = api('AlterPartitionReassignments', { key: 45, versions: '0-1', flexible: '0+' })
const ListPartitionReassignments = api('ListPartitionReassignments', { key: 46, versions: '0', flexible: '0+' })

export const AlterPartitionReassignmentsRequest = request(AlterPartitionReassignments, {
  timeoutMs: int32().default(60000),
  allowReplicationFactorChange: bool('1+').default(true),
  topics: array({
    name: string(),
    partitions: array({ partitionIndex: int32(), replicas: array(int32()).orNull() }),
  }),
})
export type AlterPartitionReassignmentsRequest = MessageOf<typeof AlterPartitionReassignmentsRequest>

export const AlterPartitionReassignmentsResponse = response(AlterPartitionReassignments, {
  throttleTimeMs: int32(),
  allowReplicationFactorChange: bool('1+').default(true).ignorable(),
  errorCode: int16(),
  errorMessage: string().nullable(),
  responses: array({
    name: string(),
    partitions: array({ partitionIndex: int32(), errorCode: int16(), errorMessage: string().nullable() }),
  }),
})
export type AlterPartitionReassignmentsResponse = MessageOf<typeof AlterPartitionReassignmentsResponse>

export const ListPartitionReassignmentsRequest = request(ListPartitionReassignments, {
  timeoutMs: int32().default(60000),
  topics: array({ name: string(), partitionIndexes: array(int32()) }).orNull(),
})
export type ListPartitionReassignmentsRequest = MessageOf<typeof ListPartitionReassignmentsRequest>

export const ListPartitionReassignmentsResponse = response(ListPartitionReassignments, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().nullable(),
  topics: array({
    name: string(),
    partitions: array({
      partitionIndex: int32(),
      replicas: array(int32()),
      addingReplicas: array(int32()),
      removingReplicas: array(int32()),
    }),
  }),
})
export type ListPartitionReassignmentsResponse = MessageOf<typeof ListPartitionReassignmentsResponse>
