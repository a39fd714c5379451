/** Producers that are active on partitions. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string } from '../schema.ts'

const DescribeProducers = api('DescribeProducers', { key: 61, versions: '0', flexible: '0+' })

export const DescribeProducersRequest = request(DescribeProducers, {
  topics: array({ name: string(), partitionIndexes: array(int32()) }),
})
export type DescribeProducersRequest = MessageOf<typeof DescribeProducersRequest>

export const DescribeProducersResponse = response(DescribeProducers, {
  throttleTimeMs: int32(),
  topics: array({
    name: string(),
    partitions: array({
      partitionIndex: int32(),
      errorCode: int16(),
      errorMessage: string().orNull(),
      activeProducers: array({
        producerId: int64(),
        producerEpoch: int32(),
        lastSequence: int32().default(-1),
        lastTimestamp: int64().default(-1),
        coordinatorEpoch: int32(),
        currentTxnStartOffset: int64().default(-1),
      }),
    }),
  }),
})
export type DescribeProducersResponse = MessageOf<typeof DescribeProducersResponse>
