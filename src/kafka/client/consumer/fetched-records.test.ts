import { expect, test } from 'vitest'
import { batchOf } from '../../../testing/broker.ts'
import { textsOf } from '../../../testing/kafka-client.ts'
import { BatchBuilder, type BatchOptions } from '../../records/batch-builder.ts'
import { setLogAppendTime, stamp } from '../../records/batch.ts'
import { markerBatch } from '../../records/control-record.ts'
import { RecordReader } from '../../records/record-reader.ts'
import type { AbortedTransaction } from './aborted.ts'
import { AssignedPartition } from './assigned-partition.ts'
import { FetchedRecords } from './fetched-records.ts'

/** `a(7)@100`: a batch of one record of producer 7, transactional. `commit(7)@101`, `abort(7)@101`: its markers. `a@5`: of nobody. */
function batch(text: string): Uint8Array {
  const [, value, producer, offset] = /^(.+?)(?:\((\d+)\))?@(\d+)$/.exec(text)!
  if (value === 'commit' || value === 'abort') {
    const type = value === 'commit' ? 'COMMIT' : 'ABORT'
    return markerBatch({
      type,
      coordinatorEpoch: 0,
      producerId: Number(producer),
      producerEpoch: 0,
      timestamp: 0,
      baseOffset: Number(offset),
    })
  }
  const options: BatchOptions =
    producer === undefined ? {} : { transactional: true, producerId: Number(producer), producerEpoch: 0, baseSequence: 0 }
  const bytes = batchOf([value!], 0, options)
  stamp(bytes, 0, Number(offset), 0)
  return bytes
}

function read(
  batches: readonly Uint8Array[],
  options: { from?: number; stopAt?: number; aborted?: AbortedTransaction[]; capacity?: number } = {},
) {
  const partition = new AssignedPartition({ topic: 't', partition: 0, offset: options.from ?? 0, stopAt: options.stopAt }, 1)
  const fetched = new FetchedRecords(partition, Buffer.concat(batches), options.from ?? 0, options.aborted, { checksCrc: true })
  const reader = new RecordReader({ capacity: options.capacity })
  const texts: string[] = []
  for (let rows = fetched.read(reader); rows !== undefined; rows = fetched.read(reader))
    texts.push(...textsOf(rows).map(t => t.slice(4)))
  return { texts, position: partition.position, fetched }
}

test('what was undone is left out, until the marker that ends it', () => {
  const batches = ['a(7)@100', 'b(8)@101', 'c(7)@102', 'abort(7)@103', 'd(7)@104', 'commit(8)@105', 'commit(7)@106'].map(batch)
  const committed = read(batches, { from: 100, aborted: [{ producerId: 7, firstOffset: 100 }] })
  expect(committed.texts).toEqual(['101 b', '104 d'])
  expect(committed.position).toBe(107)
  expect(read(batches, { from: 100 }).texts).toEqual(['100 a', '101 b', '102 c', '104 d'])
})

test('of two transactions of one producer each is taken by itself', () => {
  const batches = ['a(7)@0', 'abort(7)@1', 'b(7)@2', 'abort(7)@3', 'c(7)@4', 'commit(7)@5'].map(batch)
  const aborted = [
    { producerId: 7, firstOffset: 2 },
    { producerId: 7, firstOffset: 0 },
  ]
  expect(read(batches, { aborted }).texts).toEqual(['4 c'])
})

test('small batches come together, and the position passes gaps that compaction left', () => {
  const gap = new BatchBuilder()
  gap.startAt(10)
  const empty = gap.finish({ lastOffset: 19 })
  const { texts, position } = read([batch('a@0'), batch('b@5'), empty])
  expect(texts).toEqual(['0 a', '5 b'])
  expect(position).toBe(20)
})

test('rows know their batches', () => {
  const late = batchOf(['b', 'c'], 0)
  stamp(late, 0, 1, 9)
  setLogAppendTime(late, 0, 77)
  const partition = new AssignedPartition({ topic: 't', partition: 0, offset: 0 }, 1)
  const fetched = new FetchedRecords(partition, Buffer.concat([batch('a@0'), late]), 0, undefined, { checksCrc: true })
  const reader = new RecordReader({ capacity: 2 })
  const seen = []
  for (let rows = fetched.read(reader); rows !== undefined; rows = fetched.read(reader))
    seen.push([
      ...rows.batches.map(({ row, leaderEpoch, timestampType }) => `${row} ${leaderEpoch} ${timestampType}`),
      Array.from(rows.view.timestamps.subarray(0, rows.to)),
    ])
  expect(seen).toEqual([
    ['0 0 CreateTime', '1 9 LogAppendTime', [0, 77]],
    ['0 9 LogAppendTime', [77]],
  ])
})

test('a batch that was cut off at the end is not read; a damaged one fails with its place', () => {
  const bytes = Buffer.concat([batch('a@0'), batch('b@1').subarray(0, 65)])
  expect(read([bytes])).toMatchObject({ texts: ['0 a'], position: 1 })
  expect(read([bytes]).fetched.lastBatch()).toEqual({ at: 0, nextOffset: 1 })
  const damaged = batch('a@3')
  damaged[65]! ^= 1
  expect(() => read([batch('z@2'), damaged])).toThrow('t-0@3: the batch is damaged (crc)')
})
