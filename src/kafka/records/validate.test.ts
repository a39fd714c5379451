import { expect, test } from 'vitest'
import { sealBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { RecordReader } from './record-reader.ts'
import { MOST_FAULTS, type RecordRules, validateRecords } from './validate.ts'

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

test('records without a key', () => {
  const message = 'a compacted topic takes no record without a key'
  const one = { index: 2, reason: 'key', message }
  expect(validate(batchOf('a@1 b@2 -@3 d@4'), { requireKeys: true })).toEqual({
    reason: 'records',
    message: `record 2: ${message}`,
    records: [one],
  })
  expect(validate(batchOf('a@1 b@2 -@3 -@4 e@5'), { requireKeys: true })).toEqual({
    reason: 'records',
    message: `2 records, the first of them record 2: ${message}`,
    records: [one, { ...one, index: 3 }],
  })
})

test('timestamps out of bounds', () => {
  const faulty = (text: string, rules: RecordRules) => validate(batchOf(text), rules)?.records.map(({ index }) => index)
  expect(validate(batchOf('a@8 b@9'), { maxTimestamp: 8 })?.records).toEqual([
    { index: 1, reason: 'timestamp', message: 'timestamp 9 is not within [-Infinity, 8]' },
  ])
  expect(faulty('a@8 b@-1 c@10 d@9 e@1', { minTimestamp: 2, maxTimestamp: 9 })).toEqual([2, 4])
  expect(faulty('-@8 -@3', { minTimestamp: 5, requireKeys: true })).toEqual([0, 1])
})

test('a header that tells of a later record than there is', () => {
  const batch = batchOf('a@8 b@9')
  batch[42] = 13
  sealBatch(batch, 0)
  expect(validate(batch, { maxTimestamp: 12 })).toMatchObject({ reason: 'corrupt' })
  expect(validate(batch, { maxTimestamp: 13 })).toBeUndefined()
})

test('no more than so many records are told of', () => {
  const { message, records } = validate(batchOf('-@1 '.repeat(MOST_FAULTS + 5) + '-@1', 'none'), { requireKeys: true })!
  expect(records).toHaveLength(MOST_FAULTS)
  expect(message).toMatch(/^at least 10000 records, the first of them record 0: /)
})

test('offsets with a gap', () => {
  const batch = batchOf('a@1 b@2 c@3', 'none')
  // The offset delta of the last record, behind its length, attributes and timestamp delta.
  batch[batch.length - 10] = 6
  sealBatch(batch, 0)
  expect(validate(batch)).toMatchObject({ records: [{ index: 2, reason: 'offset' }] })
})

test('what can not be opened', () => {
  const batch = batchOf('a@1 b@2 c@3')
  batch[70]! ^= 0xff
  sealBatch(batch, 0)
  expect(validate(batch)).toMatchObject({ reason: 'corrupt' })
  const builder = new BatchBuilder()
  builder.append(1, null, new Uint8Array(1001))
  expect(validate(builder.finish({ codec: 'snappy' }))).toMatchObject({ reason: 'too-large' })
})
