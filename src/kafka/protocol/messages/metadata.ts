/** Which brokers, topics and partitions there are. `topics: null` asks for all of them (in version 0 an empty array does). */
import { type MessageOf, api, array, bool, int16, int32, INT32_MIN, request, response, string, uuid } from '../schema.ts'

const Metadata = api('Metadata', { key: 3, versions: '0-13', flexible: '9+' })

export const MetadataRequest = request(Metadata, {
  topics: array({ topicId: uuid('10+').ignorable(), name: string().nullable('10+') }).nullable('1+'),
  allowAutoTopicCreation: bool('4+').default(true),
  includeClusterAuthorizedOperations: bool('8-10'),
  includeTopicAuthorizedOperations: bool('8+'),
})
export type MetadataRequest = MessageOf<typeof MetadataRequest>

export const MetadataResponse = response(Metadata, {
  throttleTimeMs: int32('3+').ignorable(),
  brokers: array({
    nodeId: int32(),
    host: string(),
    port: int32(),
    rack: string('1+').orNull().ignorable(),
  }),
  clusterId: string('2+').orNull().ignorable(),
  controllerId: int32('1+').default(-1).ignorable(),
  topics: array({
    errorCode: int16(),
    name: string().nullable('12+'),
    topicId: uuid('10+').ignorable(),
    isInternal: bool('1+').ignorable(),
    partitions: array({
      errorCode: int16(),
      partitionIndex: int32(),
      leaderId: int32(),
      leaderEpoch: int32('7+').default(-1).ignorable(),
      replicaNodes: array(int32()),
      isrNodes: array(int32()),
      offlineReplicas: array('5+', int32()).ignorable(),
    }),
    topicAuthorizedOperations: int32('8+').default(INT32_MIN),
  }),
  clusterAuthorizedOperations: int32('8-10').default(INT32_MIN),
  errorCode: int16('13+').ignorable(),
})
export type MetadataResponse = MessageOf<typeof MetadataResponse>
