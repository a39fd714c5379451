/** DeleteRecords: what lies before an offset is not read any more, and goes away segment by segment. */
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { KafkaRefusal, type Topic } from '../topics.ts'

/** The end of what can be read. */
const HIGH_WATERMARK = -1

export const deleteRecords = (broker: Broker) =>
  handler('DeleteRecords', async ({ topics }, context) => {
    const answers = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        try {
          return { partitionIndex, lowWatermark: moveStart(broker, name, partitionIndex, offset, context), errorCode: 0 }
        } catch (error) {
          if (!(error instanceof KafkaRefusal)) throw error
          return { partitionIndex, lowWatermark: -1, errorCode: error.errorCode }
        }
      }),
    }))
    for (const { name, partitions } of answers)
      for (const { partitionIndex, errorCode } of partitions) if (errorCode === 0) await dropOf(broker, name, partitionIndex)
    return { topics: answers }
  })

async function dropOf(broker: Broker, name: string, partition: number): Promise<void> {
  const log = broker.topics.named(name)?.partitions[partition]
  if (log !== undefined) await broker.retention.drop(log)
}

function moveStart(broker: Broker, name: string, partition: number, wanted: number, context: RequestContext): number {
  if (!context.may('DELETE', 'TOPIC', name)) throw new KafkaRefusal(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'not authorized')
  const topic = broker.topics.named(name)
  const log = topic?.partitions[partition]
  if (topic === undefined || log === undefined) throw new KafkaRefusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'no such partition')
  checkDeletes(topic)
  const offset = wanted === HIGH_WATERMARK ? log.highWatermark : wanted
  if (offset < 0 || offset > log.highWatermark)
    throw new KafkaRefusal(ErrorCode.OFFSET_OUT_OF_RANGE, `offset ${offset} is behind ${log.highWatermark}`)
  if (offset > log.startOffset) broker.topics.startAt(log, offset)
  return log.startOffset
}

function checkDeletes({ internal, settings }: Topic): void {
  if (internal) throw new KafkaRefusal(ErrorCode.INVALID_TOPIC_EXCEPTION, "the topic is the broker's own")
  if (!settings.deletes) throw new KafkaRefusal(ErrorCode.POLICY_VIOLATION, 'cleanup.policy does not delete')
}
