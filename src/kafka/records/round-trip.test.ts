/** What the builder writes, the reader reads. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { codecs } from './compression.ts'
import { type RecordHeader, headersOf } from './headers.ts'
import { RecordReader, type RecordsView } from './record-reader.ts'

interface TestRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

const bytes = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  fc.uint8Array({ minLength: 60, maxLength: 300 }),
)
const nullable = fc.option(bytes, { freq: 4 })
const timestamps = fc.oneof(
  fc.nat(1000),
  fc.maxSafeInteger().map(n => Math.trunc(n / 2) + 0),
)
const records: fc.Arbitrary<TestRecord[]> = fc.array(
  fc.record({
    timestamp: timestamps,
    key: nullable,
    value: nullable,
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 70 }), value: nullable }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 150 },
)

describe.each(codecs)('%s', codec => {
  test('records come back as they were', () => {
    const builder = new BatchBuilder(100)
    const reader = new RecordReader()
    fc.assert(
      fc.property(
        records,
        fc.maxSafeInteger().map(n => Math.abs(Math.trunc(n / 2))),
        (records, baseOffset) => {
          builder.startAt(baseOffset)
          for (const { timestamp, key, value, headers } of records) builder.append(timestamp, key, value, headers)
          const batch = builder.finish({ codec })
          expect(checkBatch(batch, 0, batch.length)).toBeUndefined()
          const view = reader.read(batch)
          expect(recordsOf(view)).toEqual(records)
          expect([...view.offsets.subarray(0, view.count)]).toEqual(records.map((_, i) => baseOffset + i))
        },
      ),
      { numRuns: 50 },
    )
  })
})

test('copied records are the same batch', () => {
  const [first, second] = [new BatchBuilder(), new BatchBuilder()]
  const reader = new RecordReader()
  fc.assert(
    fc.property(records, records => {
      for (const { timestamp, key, value, headers } of records) first.append(timestamp, key, value, headers)
      const batch = first.finish()
      const view = reader.read(batch)
      for (let row = 0; row < view.count; row++) second.copy(view, row)
      expect(second.finish()).toEqual(batch)
    }),
    { numRuns: 50 },
  )
})

function recordsOf(view: RecordsView): TestRecord[] {
  const slice = (start: number, end: number) => (start < 0 ? null : new Uint8Array(view.bytes.subarray(start, end)))
  return Array.from({ length: view.count }, (_, row) => ({
    timestamp: view.timestamps[row]!,
    key: slice(view.keyStarts[row]!, view.keyEnds[row]!),
    value: slice(view.valueStarts[row]!, view.valueEnds[row]!),
    headers: headersOf(view, row).map(({ key, value }) => ({ key, value: value && new Uint8Array(value) })),
  }))
}
