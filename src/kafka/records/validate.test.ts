import { expect, test } from 'vitest'
import { sealBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { RecordReader } from './record-reader.ts'
import { type RecordRules, validateRecords } from './validate.ts'

const reader = new RecordReader({ capacity: 2, maxBatchBytes: 1000 })
const validate = (batch: Uint8Array, rules: RecordRules = {}) => validateRecords(reader, batch, 0, rules)

/** Records `key@timestamp`, a `-` for no key. */
function batchOf(text: string, codec: 'none' | 'lz4' = 'lz4'): Uint8Array {
  const builder = new BatchBuilder()
  for (const record of text.split(' ')) {
    const [key, timestamp] = record.split('@') as [string, string]
    builder.append(Number(timestamp), key === '-' ? null : Buffer.from(key), Buffer.from('value'))
  }
  return builder.finish({ codec })
}

test('a batch that keeps the rules', () => {
  expect(validate(batchOf('a@1 b@2 a@3'), { requireKeys: true, minTimestamp: 1, maxTimestamp: 3 })).toBeUndefined()
  expect(validate(batchOf('a@1 -@2 a@3 a@4 a@5'))).toBeUndefined()
})

test('a record without a key', () => {
  const message = 'a compacted topic takes no record without a key'
  expect(validate(batchOf('a@1 b@2 -@3 -@4'), { requireKeys: true })).toEqual({ index: 2, reason: 'key', message })
})

test('a timestamp out of bounds', () => {
  const fault = { index: 1, reason: 'timestamp', message: 'timestamp 9 is not within -Infinity to 8' }
  expect(validate(batchOf('a@8 b@9'), { maxTimestamp: 8 })).toEqual(fault)
  expect(validate(batchOf('a@8 b@9'), { minTimestamp: 9 })).toMatchObject({ index: 0, reason: 'timestamp' })
})

test('offsets with a gap', () => {
  const batch = batchOf('a@1 b@2 c@3', 'none')
  // The offset delta of the last record, behind its length, attributes and timestamp delta.
  batch[batch.length - 10] = 6
  sealBatch(batch, 0)
  expect(validate(batch)).toMatchObject({ index: 2, reason: 'offset' })
})

test('what can not be opened', () => {
  const batch = batchOf('a@1 b@2 c@3')
  batch[70]! ^= 0xff
  sealBatch(batch, 0)
  expect(validate(batch)).toMatchObject({ index: -1, reason: 'corrupt' })
  const builder = new BatchBuilder()
  builder.append(1, null, new Uint8Array(1001))
  expect(validate(builder.finish({ codec: 'snappy' }))).toMatchObject({ index: -1, reason: 'too-large' })
})
