/** What readers of committed records are given of a partition. */
import { expect, test } from 'vitest'
import { type TestBroker, batchOf, settled, testBroker } from '../../testing/broker.ts'
import { forEachBatch, baseOffsetAt } from '../records/batch.ts'
import { markerBatch } from '../records/control-record.ts'
import type { PartitionLog } from './partition-log.ts'
import { ProducerStates } from './producer-states.ts'
import { Refusal } from './refusal.ts'
import { decodeAborted, encodeAborted } from './transaction-index.ts'

interface OfOrders {
  readonly broker: TestBroker
  readonly log: PartitionLog
}

async function orders(configs: Readonly<Record<string, string>> = {}): Promise<OfOrders> {
  const broker = await testBroker()
  await broker.connect().createTopic('orders', 1, configs)
  return { broker, log: broker.broker.topics.named('orders')!.partitions[0]! }
}

/** As a test's clock has it. */
const NOW = 1_700_000_000_000

/** `T7` a record in 7's transaction, `C7` and `A7` its markers, `-` a record of nobody. Sequences count up. */
async function append(log: PartitionLog, words: string): Promise<void> {
  for (const word of words.split(' ')) {
    const producerId = Number(word.slice(1))
    if (word === '-') log.append(batchOf([word], NOW), 0)
    else if (word.startsWith('T')) {
      const baseSequence = (log.producers.get(producerId)?.lastSequence ?? -1) + 1
      log.append(batchOf([word], NOW, { producerId, producerEpoch: 0, baseSequence, transactional: true }), 0)
    } else {
      const type = word.startsWith('C') ? 'COMMIT' : 'ABORT'
      log.append(markerBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestamp: NOW }), 0)
    }
  }
  await settled()
}

/** Offsets of the batches that are read, and the aborted transactions that are told with them. */
async function committed({ broker, log }: OfOrders, offset: number, maxBytes = 1 << 20): Promise<string> {
  const { responses } = await broker.connect().ask('Fetch', 12, {
    minBytes: 0,
    isolationLevel: 1,
    topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: maxBytes }] }],
  })
  const { records, abortedTransactions } = responses[0]!.partitions[0]!
  const offsets: number[] = []
  forEachBatch(records ?? new Uint8Array(), at => void offsets.push(baseOffsetAt(records!, at)))
  const aborted = abortedTransactions!.map(one => `${one.producerId}@${one.firstOffset}`).join(' ')
  return `${offsets.join(' ')} | stable ${log.lastStableOffset} of ${log.endOffset} | ${aborted}`
}

test('readers stop before the first transaction that is open, in the order they began', async () => {
  const made = await orders()
  await append(made.log, 'T7 - T8 T7')
  expect(await committed(made, 0)).toBe(' | stable 0 of 4 | ')
  await append(made.log, 'C7')
  expect(await committed(made, 0)).toBe('0 1 | stable 2 of 5 | ')
  await append(made.log, 'T7 A8 - A7')
  expect(await committed(made, 0)).toBe('0 1 2 3 4 5 6 7 8 | stable 9 of 9 | 8@2 7@5')
  await made.broker.stop()
})

test('of aborted transactions those are told that touch what is read, wherever their markers lie', async () => {
  const made = await orders({ 'index.interval.bytes': '0', 'segment.bytes': '1024' })
  const pairs = Array.from({ length: 60 }, (_, i) => `T${10 + i} A${10 + i}`).join(' ')
  await append(made.log, `T7 ${pairs} A7 -`)
  expect(made.log.segments.length).toBeGreaterThan(5)
  // Bytes for two batches; the index knows where the third one ends.
  expect(await committed(made, 1, 170)).toBe('1 2 | stable 123 of 123 | 10@1 7@0')
  expect(await committed(made, 41, 170)).toMatch(/^41 42 \| stable 123 of 123 \| (30@41|30@41 31@43) 7@0$/)
  const behind = await committed(made, 100)
  expect(behind).toMatch(/ 7@0/)
  expect(behind).not.toMatch(/ 58@/)
  const again = await made.broker.restart()
  const log = again.broker.topics.named('orders')!.partitions[0]!
  expect(await committed({ broker: again, log }, 1, 170)).toBe('1 2 | stable 123 of 123 | 10@1 7@0')
  await again.stop()
})

test('what is deleted below an open transaction does not set it free', async () => {
  const made = await orders()
  await append(made.log, 'T7 T7 - -')
  made.broker.broker.topics.startAt(made.log, 1)
  expect(await committed(made, 1)).toBe(' | stable 1 of 4 | ')
  await append(made.log, 'A7')
  expect(await committed(made, 1)).toBe('1 2 3 4 | stable 5 of 5 | 7@0')
  await made.broker.stop()
})

test('an open transaction is still open after a restart, and known where it began', async () => {
  const made = await orders()
  await append(made.log, '- T7 -')
  made.broker.broker.transactions.running = false
  const again = await made.broker.restart()
  const log = again.broker.topics.named('orders')!.partitions[0]!
  await settled()
  // Nobody accounts for it there: it is aborted at once, from where it began.
  expect(await committed({ broker: again, log }, 0)).toBe('0 1 2 3 | stable 4 of 4 | 7@1')
  await again.stop()
})

test('zeros in place of an entry of the index are none', () => {
  const entries = [{ producerId: 7, firstOffset: 3, lastOffset: 5, lastStableOffset: 6 }]
  const bytes = encodeAborted(entries)
  expect(decodeAborted(bytes)).toEqual(entries)
  expect(decodeAborted(Buffer.concat([bytes, new Uint8Array(34)]))).toEqual(entries)
  expect(decodeAborted(new Uint8Array(68))).toEqual([])
  // Only the first half of it was kept.
  expect(decodeAborted(bytes.map((byte, i) => (i < 18 ? byte : 0)))).toEqual([])
})

test('a record outside of the open transaction is refused in a later epoch, too', () => {
  const states = new ProducerStates()
  const batch = { producerId: 7, epoch: 0, baseSequence: 0, lastOffsetDelta: 0, timestamp: 1, transactional: true }
  states.append(batch, 10, 0)
  expect(states.check({ ...batch, epoch: 1, transactional: false })).toBe(Refusal.InvalidTransactionState)
  expect(states.check({ ...batch, epoch: 1, baseSequence: 5, transactional: false })).toBe(Refusal.OutOfOrderSequence)
  expect(states.check({ ...batch, epoch: 1 })).toBe(Refusal.None)
  expect([states.isOpen(7, 0), states.isOpen(7, 1), states.isOpen(8, 0)]).toEqual([true, false, false])
})
