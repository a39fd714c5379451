/** DescribeProducers: who writes to a partition, and since which offset a transaction is open there. */
import { ErrorCode, kafkaError } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const describeProducers = (broker: Broker) =>
  handler('DescribeProducers', ({ topics }, context) => ({
    topics: topics.map(({ name, partitionIndexes }) => {
      const topic = broker.topics.named(name)
      const allowed = context.may('READ', 'TOPIC', name)
      return {
        name,
        partitions: partitionIndexes.map(partitionIndex => {
          const log = topic?.partitions[partitionIndex]
          if (!allowed) return failed(partitionIndex, ErrorCode.TOPIC_AUTHORIZATION_FAILED)
          if (log === undefined) return failed(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
          return {
            partitionIndex,
            errorCode: ErrorCode.NONE,
            errorMessage: null,
            activeProducers: Array.from(log.producers.values(), state => ({
              producerId: state.producerId,
              producerEpoch: state.epoch,
              lastSequence: state.lastSequence,
              lastTimestamp: state.lastTimestamp,
              coordinatorEpoch: state.coordinatorEpoch,
              currentTxnStartOffset: state.transactionFirstOffset,
            })),
          }
        }),
      }
    }),
  }))

const failed = (partitionIndex: number, errorCode: ErrorCode) => ({
  partitionIndex,
  errorCode,
  errorMessage: kafkaError(errorCode).message,
  activeProducers: [],
})
