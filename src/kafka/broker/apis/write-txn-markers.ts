/** WriteTxnMarkers: an administrator ends a transaction in single partitions, whatever its coordinator knows. */
import { ErrorCode } from '../../protocol/errors.ts'
import { Refusal } from '../../log/refusal.ts'
import { markerBatch } from '../../records/control-record.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

type Marker = RequestOf<'WriteTxnMarkers'>['markers'][number]

/** Of transactions, from which on a marker has a later epoch than the records before it. */
const STRICT_VERSION = 2

export const writeTxnMarkers = (broker: Broker) =>
  handler('WriteTxnMarkers', async ({ markers }, context) => {
    const allowed = context.may('ALTER', 'CLUSTER', CLUSTER_NAME) || context.may('CLUSTER_ACTION', 'CLUSTER', CLUSTER_NAME)
    const write = allowed
      ? (marker: Marker, topic: string, partition: number) => append(broker, marker, topic, partition)
      : async () => ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    const answers = markers.map(async marker => ({
      producerId: marker.producerId,
      topics: await Promise.all(
        marker.topics.map(async ({ name, partitionIndexes }) => ({
          name,
          partitions: await Promise.all(
            partitionIndexes.map(async partitionIndex => ({
              partitionIndex,
              errorCode: await write(marker, name, partitionIndex),
            })),
          ),
        })),
      ),
    }))
    return { markers: await Promise.all(answers) }
  })

/** Answers once the marker is durable. */
function append(broker: Broker, marker: Marker, topic: string, partition: number): Promise<number> | number {
  const log = broker.topics.named(topic)?.partitions[partition]
  if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  // Kafka can't make such a marker either.
  if (marker.producerId < 0 || marker.producerEpoch < 0) return ErrorCode.UNKNOWN_SERVER_ERROR
  const batch = markerBatch({
    type: marker.transactionResult ? 'COMMIT' : 'ABORT',
    coordinatorEpoch: marker.coordinatorEpoch,
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    timestamp: broker.clock.nowMs(),
  })
  const refusal = log.append(batch, 0, marker.transactionVersion >= STRICT_VERSION)
  if (refusal !== Refusal.None) return refusal
  return new Promise(resolve => log.whenDurable(log.lastBaseOffset + 1, { settled: resolve }))
}
