/** What topics hold, by our own client: of our broker as of a real Kafka. */
import { keepingTimers, systemClock } from '#src/base/clock.ts'
import { systemRandom } from '#src/base/random.ts'
import { readText } from '#src/data/text.ts'
import { Consumer, KafkaClient, listOffsets } from '#src/kafka/client/index.ts'

export function clientOf(bootstrap: string): KafkaClient {
  return new KafkaClient({
    properties: { 'bootstrap.servers': bootstrap, 'isolation.level': 'read_committed', 'auto.offset.reset': 'earliest' },
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
  })
}

/** The values of partition 0 up to its present end, without those of transactions that were aborted. */
export async function valuesOf(client: KafkaClient, topic: string): Promise<readonly string[]> {
  const partition = { topic, partition: 0 }
  const end = (await listOffsets(client, [partition], 'latest', { committed: true })).get(`${topic}-0`)?.offset ?? 0
  const values: string[] = []
  if (end === 0) return values
  const consumer = new Consumer(client)
  try {
    consumer.assign([{ ...partition, offset: 0, stopAt: end }])
    while (!consumer.ended) {
      const rows = consumer.next()
      if (rows === undefined) await consumer.ready()
      else {
        const { bytes, valueStarts, valueEnds } = rows.view
        for (let row = rows.from; row < rows.to; row++) values.push(readText(bytes, valueStarts[row]!, valueEnds[row]!))
      }
    }
  } finally {
    consumer.close()
  }
  return values
}
