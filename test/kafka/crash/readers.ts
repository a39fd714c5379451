/** What a reader finds in partitions, and that it stays: what somebody has read once is there for everybody, at the same offset. */
import { forEachBatch, lastOffsetAt } from '#src/kafka/records/batch.ts'
import { type TestClient, type TestRecord, recordsOf } from '#src/testing/broker.ts'

const MOST_BYTES = 1 << 20

const LATEST = -1
const EARLIEST = -2

export interface PartitionEnds {
  readonly start: number
  readonly highWatermark: number
  readonly lastStable: number
}

export async function endsOf(client: TestClient, topic: string, partition: number): Promise<PartitionEnds> {
  const offset = async (timestamp: number, isolationLevel: number): Promise<number> => {
    const { topics } = await client.ask('ListOffsets', 7, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    })
    const found = topics[0]!.partitions[0]!
    if (found.errorCode !== 0) throw new Error(`${topic}-${partition}: no offsets, error ${found.errorCode}`)
    return found.offset
  }
  return { start: await offset(EARLIEST, 0), highWatermark: await offset(LATEST, 0), lastStable: await offset(LATEST, 1) }
}

/** Every record from the first to the last there is, whatever became of its transaction. */
export async function readRecords(
  client: TestClient,
  topic: string,
  partition: number,
  { start, highWatermark }: PartitionEnds,
): Promise<readonly TestRecord[]> {
  const found: TestRecord[] = []
  for (let offset = start; offset < highWatermark;) {
    const { responses } = await client.ask('Fetch', 12, {
      minBytes: 0,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: MOST_BYTES }] }],
    })
    const { errorCode, records } = responses[0]!.partitions[0]!
    if (errorCode !== 0) throw new Error(`${topic}-${partition}@${offset}: error ${errorCode}`)
    if (records === null || records.length === 0)
      throw new Error(`${topic}-${partition}@${offset}: nothing, below a high watermark of ${highWatermark}`)
    for (const record of recordsOf(records)) if (record.offset >= offset) found.push(record)
    offset = endOf(records)
  }
  return found
}

/** Where the last batch ends; its last records may be cleaned away. */
function endOf(batches: Uint8Array): number {
  let end = -1
  forEachBatch(batches, at => void (end = lastOffsetAt(batches, at) + 1))
  return end
}

/** What was read of one partition so far. */
export class SeenPartition {
  readonly #name: string
  readonly #values = new Map<number, string>()
  #start = 0
  #end = 0

  constructor(topic: string, partition: number) {
    this.#name = `${topic}-${partition}`
  }

  /** Everything below was deleted, and that was acknowledged. */
  deletedTo(offset: number): void {
    this.#start = Math.max(this.#start, offset)
  }

  /** Nothing but records has offsets here, and none is cleaned away: there are no holes. */
  see({ start, highWatermark }: PartitionEnds, records: readonly TestRecord[]): void {
    const found = new Map(records.map(({ offset, value }) => [offset, value!]))
    if (start < this.#start) throw new Error(`${this.#name} began at ${this.#start}, and begins at ${start} now`)
    if (highWatermark < this.#end) throw new Error(`${this.#name} ended at ${this.#end}, and ends at ${highWatermark} now`)
    this.#start = start
    this.#end = highWatermark
    for (let offset = start; offset < highWatermark; offset++)
      if (!found.has(offset)) throw new Error(`${this.#name}: offset ${offset} is missing`)
    for (const [offset, value] of this.#values) {
      if (offset < start) this.#values.delete(offset)
      else if (found.get(offset) !== value)
        throw new Error(`${this.#name}@${offset} was ${value.slice(0, 40)} and is ${found.get(offset)?.slice(0, 40)}`)
    }
    for (const [offset, value] of found) this.#values.set(offset, value)
  }
}
