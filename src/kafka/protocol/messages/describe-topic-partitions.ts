/** Partitions of topics, page by page. */
import { type MessageOf, api, array, bool, int16, int32, INT32_MIN, request, response, string, struct, uuid } from '../schema.ts'

const DescribeTopicPartitions = api('DescribeTopicPartitions', { key: 75, versions: '0', flexible: '0+' })

export const DescribeTopicPartitionsRequest = request(DescribeTopicPartitions, {
  topics: array({ name: string() }),
  responsePartitionLimit: int32().default(2000),
  cursor: struct({ topicName: string(), partitionIndex: int32() }).orNull(),
})
export type DescribeTopicPartitionsRequest = MessageOf<typeof DescribeTopicPartitionsRequest>

export const DescribeTopicPartitionsResponse = response(DescribeTopicPartitions, {
  throttleTimeMs: int32().ignorable(),
  topics: array({
    errorCode: int16(),
    name: string().nullable(),
    topicId: uuid().ignorable(),
    isInternal: bool().ignorable(),
    partitions: array({
      errorCode: int16(),
      partitionIndex: int32(),
      leaderId: int32(),
      leaderEpoch: int32().default(-1).ignorable(),
      replicaNodes: array(int32()),
      isrNodes: array(int32()),
      eligibleLeaderReplicas: array(int32()).orNull(),
      lastKnownElr: array(int32()).orNull(),
      offlineReplicas: array(int32()).ignorable(),
    }),
    topicAuthorizedOperations: int32().default(INT32_MIN),
  }),
  nextCursor: struct({ topicName: string(), partitionIndex: int32() }).orNull(),
})
export type DescribeTopicPartitionsResponse = MessageOf<typeof DescribeTopicPartitionsResponse>
