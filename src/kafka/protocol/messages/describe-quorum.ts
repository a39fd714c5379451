/** The voters and observers of the metadata log. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string, uint16, uuid } from '../schema.ts'

const DescribeQuorum = api('DescribeQuorum', { key: 55, versions: '0-2', flexible: '0+' })

const replicaState = {
  replicaId: int32(),
  replicaDirectoryId: uuid('2+'),
  logEndOffset: int64(),
  lastFetchTimestamp: int64('1+').default(-1).ignorable(),
  lastCaughtUpTimestamp: int64('1+').default(-1).ignorable(),
}

export const DescribeQuorumRequest = request(DescribeQuorum, {
  topics: array({ topicName: string(), partitions: array({ partitionIndex: int32() }) }),
})
export type DescribeQuorumRequest = MessageOf<typeof DescribeQuorumRequest>

export const DescribeQuorumResponse = response(DescribeQuorum, {
  errorCode: int16(),
  errorMessage: string('2+').nullable().ignorable(),
  topics: array({
    topicName: string(),
    partitions: array({
      partitionIndex: int32(),
      errorCode: int16(),
      errorMessage: string('2+').nullable().ignorable(),
      leaderId: int32(),
      leaderEpoch: int32(),
      highWatermark: int64(),
      currentVoters: array(replicaState),
      observers: array(replicaState),
    }),
  }),
  nodes: array('2+', { nodeId: int32(), listeners: array({ name: string(), host: string(), port: uint16() }) }),
})
export type DescribeQuorumResponse = MessageOf<typeof DescribeQuorumResponse>
