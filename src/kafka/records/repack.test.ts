import { describe, expect, test } from 'vitest'
import { appendTimeBatch, javaBatches } from '../../testing/golden-batches.ts'
import { checkBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { batchText, recordText } from './batch-text.ts'
import { codecs } from './compression.ts'
import { RecordReader } from './record-reader.ts'
import { repackBatch } from './repack.ts'

const reader = new RecordReader()
const maxBytes = 1 << 20
const recordsIn = (batch: Uint8Array) => {
  const view = reader.read(batch)
  return Array.from({ length: view.count }, (_, row) => recordText(view, row))
}

describe.each(codecs)('as %s', codec => {
  test('all but the codec stays', () => {
    const log = Buffer.concat([javaBatches.none, appendTimeBatch])
    for (const [batch, at] of [
      [javaBatches.none, 0],
      [appendTimeBatch, javaBatches.none.length],
    ] as const) {
      const packed = repackBatch(log, at, codec, { maxBytes })
      expect(checkBatch(packed, 0, packed.length)).toBeUndefined()
      expect(batchText(packed)).toBe(batchText(batch).replace(/ (none|gzip) /, ` ${codec} `))
      expect(recordsIn(packed)).toEqual(recordsIn(batch))
    }
  })
})

test('unpacked again it is the batch it was', () => {
  expect(repackBatch(repackBatch(javaBatches.none, 0, 'lz4', { maxBytes }), 0, 'none', { maxBytes })).toEqual(javaBatches.none)
})

test('a batch without records is left alone', () => {
  const empty = new BatchBuilder().finish({ lastOffset: 3 })
  expect(repackBatch(empty, 0, 'gzip', { maxBytes })).toEqual(empty)
})

test('it unpacks to no more than it may', () => {
  expect(() => repackBatch(javaBatches.gzip, 0, 'lz4', { maxBytes: 50 })).toThrow('gzip data: unpacks to more than 50 bytes')
})
