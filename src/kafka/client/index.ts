/** The Kafka client's face: what connectors, the registry and the command line use of it. */
export { type Address, parseBootstrap, printAddress } from './address.ts'
export { KafkaClient, type ClientOptions } from './client.ts'
export { RefusedError, mayPass, partitionName } from './errors.ts'
export type { TopicMetadata } from './metadata.ts'
export { ClientSettings, clientSettings } from './settings.ts'
export type { Dial } from './stream.ts'
export { type RecordHeader, headersOf } from '../records/headers.ts'
export { Consumer, type ConsumerOptions, type ResetPolicy } from './consumer/consumer.ts'
export type { AssignedPartition, Assignment } from './consumer/assigned-partition.ts'
export { type BatchFacts, type Rows, withSlack } from './consumer/fetched-records.ts'
export { Producer, type OutgoingRecord } from './producer/producer.ts'
export { TopicWriter } from './producer/topic-writer.ts'
export { byKey, fixed, partitionOfKey, roundRobin, type Partitioner } from './producer/partitioner.ts'
export {
  type ByPartition,
  type CommittedOffset,
  type OffsetAt,
  type TopicPartition,
  commitOffsets,
  committedOffsets,
  listOffsets,
} from './offsets.ts'
