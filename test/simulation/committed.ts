/** What readers of committed records find, and whether that is what the producers' transactions say. */
import { forEachBatch, isControl, isTransactional, lastOffsetAt, producerIdAt } from '#src/kafka/records/batch.ts'
import { type TestClient, recordsOf } from '#src/testing/broker.ts'
import type { SimulatedTransaction } from './transactional-producer.ts'

export interface TransactionsOfOne {
  readonly name: string
  readonly transactions: readonly SimulatedTransaction[]
}

/**
 * Every committed transaction is there whole and in order, and nothing of any other; the group is where the last one moved it. No
 * producer is at work, so what is unknown can be told. `own`: the producer's values by partition.
 */
export function checkWhole(
  producer: TransactionsOfOne,
  own: ReadonlyMap<number, readonly string[]>,
  moved: number | undefined,
): void {
  const seen = new Set([...own.values()].flat())
  let offset: number | undefined
  for (const transaction of producer.transactions) {
    const values = [...transaction.values.values()].flat()
    const here = values.filter(value => seen.has(value)).length
    if (transaction.fate === 'unknown') {
      const committed = here > 0 || (values.length === 0 && transaction.movesOffset && moved === transaction.number)
      transaction.fate = committed ? 'committed' : 'aborted'
    }
    const expected = transaction.fate === 'committed' ? values.length : 0
    if (here !== expected)
      throw new Error(`${producer.name}:${transaction.number} is ${transaction.fate}; ${here} of ${values.length} are there`)
    if (transaction.fate === 'committed' && transaction.movesOffset) offset = transaction.number
  }
  if (moved !== offset) throw new Error(`${producer.name}: the group is at ${moved}, the last transaction moved it to ${offset}`)
  for (const [partition, values] of own) {
    const expected = producer.transactions
      .filter(transaction => transaction.fate === 'committed')
      .flatMap(transaction => transaction.values.get(partition) ?? [])
    if (values.join() !== expected.join()) throw new Error(`partition ${partition}: ${values.join()}, not ${expected.join()}`)
  }
}

/** As consumers do it: what lies between the first record of an aborted transaction and its marker is left out. */
export async function readCommitted(
  client: TestClient,
  topic: string,
  partition: number,
  maxBytes: () => number,
): Promise<readonly string[]> {
  const found: string[] = []
  for (let offset = 0; ;) {
    const { responses } = await client.ask('Fetch', 12, {
      minBytes: 0,
      isolationLevel: 1,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: maxBytes() }] }],
    })
    const { errorCode, records, abortedTransactions } = responses[0]!.partitions[0]!
    if (errorCode !== 0) throw new Error(`reading ${topic}-${partition}@${offset}: error ${errorCode}`)
    if (records === null || records.length === 0) return found
    const aborted = [...(abortedTransactions ?? [])].toSorted((a, b) => a.firstOffset - b.firstOffset)
    const dropping = new Set<number>()
    const from = offset
    forEachBatch(records, (at, end) => {
      while (aborted.length > 0 && aborted[0]!.firstOffset <= lastOffsetAt(records, at)) dropping.add(aborted.shift()!.producerId)
      const producerId = producerIdAt(records, at)
      if (isControl(records, at)) dropping.delete(producerId)
      else if (!isTransactional(records, at) || !dropping.has(producerId)) {
        for (const record of recordsOf(records.subarray(at, end))) if (record.offset >= from) found.push(record.value!)
      }
      offset = lastOffsetAt(records, at) + 1
    })
  }
}

/** Where a group stands in a topic, by partition. */
export async function committedOffsets(client: TestClient, groupId: string, topic: string): Promise<ReadonlyMap<number, number>> {
  const { groups } = await client.ask('OffsetFetch', 8, { groups: [{ groupId, topics: null }] })
  return new Map(
    groups[0]!.topics
      .filter(({ name }) => name === topic)
      .flatMap(({ partitions }) => partitions.map(one => [one.partitionIndex, one.committedOffset] as const)),
  )
}
