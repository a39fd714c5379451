/** What is in the directory after an attack: every partition from its first offset to its last, batch by batch. */
import { baseOffsetAt, checkBatch, forEachBatch, lastOffsetAt } from '#src/kafka/records/batch.ts'
import { RecordReader } from '#src/kafka/records/record-reader.ts'
import { describePartitions } from '#src/kafka/client/admin/topics.ts'
import type { KafkaClient } from '#src/kafka/client/index.ts'
import { GOOD_TOPIC } from './bystander.ts'

export interface Verified {
  readonly partitions: number
  readonly batches: number
}

export async function verifyAll(client: KafkaClient, acknowledged: readonly number[] | undefined): Promise<Verified> {
  let [partitions, batches] = [0, 0]
  for (const topic of await client.allTopics()) {
    for (const { partition, earliest, latest } of await describePartitions(client, topic)) {
      partitions++
      const found = await readPartition(client, topic.name, partition, earliest, latest)
      batches += found.batches
      if (topic.name !== GOOD_TOPIC || acknowledged === undefined) continue
      const missing = acknowledged[partition]! - found.values
      if (missing > 0) throw new Error(`${missing} acknowledged records of partition ${partition} are gone`)
    }
  }
  return { partitions, batches }
}

async function readPartition(client: KafkaClient, topic: string, partition: number, from: number, to: number) {
  const place = `${topic}-${partition}`
  const reader = new RecordReader()
  let [offset, batches, values] = [from, 0, 0]
  for (;;) {
    if (offset >= to) return { batches, values }
    const link = client.linkTo(await client.leaderOf(topic, partition))
    const answer = await link.ask(
      'Fetch',
      {
        maxWaitMs: 100,
        minBytes: 1,
        topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 1 << 20 }] }],
      },
      { maxVersion: 12 },
    )
    const { errorCode, records } = answer.responses[0]!.partitions[0]!
    if (errorCode !== 0) throw new Error(`${place}@${offset} can't be read: error ${errorCode}`)
    const bytes = records as Uint8Array
    const before = offset
    forEachBatch(bytes, (at, end) => {
      batches++
      const fault = checkBatch(bytes, at, end)
      if (fault !== undefined) throw new Error(`${place}@${baseOffsetAt(bytes, at)}: ${fault}`)
      if (baseOffsetAt(bytes, at) > offset)
        throw new Error(`${place}: offset ${offset} is missing before ${baseOffsetAt(bytes, at)}`)
      offset = lastOffsetAt(bytes, at) + 1
      if (topic === GOOD_TOPIC) values += goodValues(reader, bytes, at, values)
    })
    if (offset === before) throw new Error(`${place}@${offset}: no batch where the log goes on to ${to}`)
  }
}

/** How many records a batch has, which count on from `first`. */
function goodValues(reader: RecordReader, bytes: Uint8Array, at: number, first: number): number {
  const view = reader.read(bytes, at)
  for (let row = 0; row < view.count; row++) {
    const value = Buffer.from(view.bytes.subarray(view.valueStarts[row]!, view.valueEnds[row]!)).toString()
    if (Number(value.split(' ')[0]) !== first + row) throw new Error(`'${value}' where record ${first + row} is due`)
  }
  return view.count
}
