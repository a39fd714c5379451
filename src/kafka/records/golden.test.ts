/** Batches that other writers made: we read them, and where nothing is compressed we write the very same bytes. */
import { describe, expect, test } from 'vitest'
import { appendTimeBatch, compacted, javaBatches, rdkafkaBatches, transaction } from '../../testing/golden-batches.ts'
import {
  baseOffsetAt,
  baseTimestampAt,
  checkBatch,
  forEachBatch,
  hasDeleteHorizon,
  hasLogAppendTime,
  lastOffsetAt,
  readBatchHeader,
} from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { batchText, recordText } from './batch-text.ts'
import { codecs } from './compression.ts'
import { markerBatch, readMarker } from './control-record.ts'
import { RecordReader } from './record-reader.ts'

const reader = new RecordReader()

function textOf(log: Uint8Array): string {
  const lines: string[] = []
  const end = forEachBatch(log, (at, batchEnd) => {
    expect(checkBatch(log, at, batchEnd)).toBeUndefined()
    const view = reader.read(log, at)
    lines.push(batchText(log, at), ...Array.from({ length: view.count }, (_, row) => `  ${recordText(view, row)}`))
  })
  expect(end).toBe(log.length)
  return lines.join('\n')
}

test('of the Java client', () => {
  expect(textOf(javaBatches.none)).toMatchInlineSnapshot(`
    "0..3 4 records none CreateTime 1795949519085..1795949519159 producer 0:0 sequence 0..3 epoch 0
      0 1795949519085 ann={"user":"ann","amount":5} h1=v1,h2=v2
      1 1795949519159 bob={"user":"bob","amount":7} h1=v1
      2 1795949519159 ann=NULL
      3 1795949519159 NULL={"user":"ann","amount":5,"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} h1="
  `)
})

test('of librdkafka', () => {
  expect(textOf(rdkafkaBatches.none)).toMatchInlineSnapshot(`
    "0..3 4 records none CreateTime 1795949575643..1795949575643 epoch 0
      0 1795949575643 ann={"user":"ann","amount":5} h1=v1
      1 1795949575643 bob={"user":"bob","amount":7} h1=v1
      2 1795949575643 ann=NULL h1=v1
      3 1795949575643 ann={"user":"ann","amount":5,"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} h1=v1"
  `)
})

test('stamped with the time of the broker', () => {
  expect(textOf(appendTimeBatch)).toMatchInlineSnapshot(`
    "0..3 4 records gzip LogAppendTime 1795949607839..1795949608043 epoch 0
      0 1795949608043 ann={"user":"ann","amount":5}
      1 1795949608043 bob={"user":"bob","amount":7}
      2 1795949608043 ann=
      3 1795949608043 ann={"user":"ann","amount":5,"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"
  `)
})

test('of a transaction', () => {
  expect(textOf(transaction)).toMatchInlineSnapshot(`
    "0..0 1 records none CreateTime 1795949614188..1795949614188 producer 5:0 sequence 0..0 epoch 0 transactional
      0 1795949614188 NULL=YQHHNEBSEP
    1..1 1 records none CreateTime 1795949614313..1795949614313 producer 5:0 sequence 1..1 epoch 0 transactional
      1 1795949614313 NULL=DNSEIFGAMS
    2..2 1 records none CreateTime 1795949614466..1795949614466 producer 5:1 epoch 0 transactional control
      2 1795949614466 \\x00\\x00\\x00\\x01=\\x00\\x00\\x00\\x00\\x00\\x00"
  `)
})

test('compacted', () => {
  expect(textOf(compacted)).toMatchInlineSnapshot(`
    "0..3 2 records none CreateTime 1795953250454..1795949634136 producer 6:0 sequence 0..3 epoch 0 horizon
      2 1795949634135 ann=NULL h=v
      3 1795949634136 bob=three h=v
    4..4 1 records none CreateTime 1795949639389..1795949639389 producer 7:0 sequence 0..0 epoch 0
      4 1795949639389 eve=one h=v"
  `)
})

describe.each(codecs)('%s', codec => {
  const recordsIn = (log: Uint8Array) => textOf(log).replaceAll(/^.*\n|\d{13} /g, '')

  test('of the Java client holds the same records', () => {
    expect(batchText(javaBatches[codec])).toContain(`4 records ${codec} `)
    expect(recordsIn(javaBatches[codec])).toBe(recordsIn(javaBatches.none))
  })

  test('of librdkafka holds the same records', () => {
    expect(batchText(rdkafkaBatches[codec])).toContain(`4 records ${codec} `)
    expect(recordsIn(rdkafkaBatches[codec])).toBe(recordsIn(rdkafkaBatches.none))
  })
})

test.each([
  ['the Java client', javaBatches.none],
  ['librdkafka', rdkafkaBatches.none],
  ['a compacted log', compacted],
])('what is copied from a batch of %s is that batch again', (_, log) => {
  const builder = new BatchBuilder()
  const copies: Uint8Array[] = []
  forEachBatch(log, at => {
    const view = reader.read(log, at)
    builder.startAt(baseOffsetAt(log, at), baseTimestampAt(log, at))
    for (let row = 0; row < view.count; row++) builder.copy(view, row)
    const { leaderEpoch, producerId, producerEpoch, baseSequence, maxTimestamp } = readBatchHeader(log, at)
    const deleteHorizon = hasDeleteHorizon(log, at)
    const lastOffset = lastOffsetAt(log, at)
    expect(hasLogAppendTime(log, at)).toBe(false)
    copies.push(builder.finish({ leaderEpoch, producerId, producerEpoch, baseSequence, maxTimestamp, deleteHorizon, lastOffset }))
  })
  expect(Buffer.concat(copies).equals(log)).toBe(true)
})

test('our marker is the one that Kafka wrote', () => {
  const at = 2 * 78
  expect(readMarker(transaction, at)).toEqual({ type: 'COMMIT', coordinatorEpoch: 0 })
  const { baseOffset, leaderEpoch, producerId, producerEpoch, baseTimestamp } = readBatchHeader(transaction, at)
  const marker = markerBatch({
    type: 'COMMIT',
    coordinatorEpoch: 0,
    baseOffset,
    leaderEpoch,
    producerId,
    producerEpoch,
    timestamp: baseTimestamp,
  })
  expect(marker).toEqual(transaction.slice(at))
})
