import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BatchBuilder } from './batch-builder.ts'

/** Built by `appendValues` where `chunked`, else record by record, from arrays of their own. */
function batches(values: readonly (Uint8Array | null)[], mostBytes: number, chunked: boolean): Buffer[] {
  const builder = new BatchBuilder()
  const found: Buffer[] = []
  const seal = () => void (builder.count > 0 && found.push(Buffer.from(builder.finish())))
  const bytes = Uint8Array.from(Buffer.concat(values.map(value => value ?? new Uint8Array())))
  let end = 0
  const ends = Int32Array.from(values, value => (value === null ? -1 : (end += value.length)))
  let start = 0
  for (let row = 0; row < values.length;) {
    const value = values[row]!
    if (value === null) {
      builder.append(1_700_000_000_000, null, null)
      row++
    } else if (chunked) {
      row = builder.appendValues(1_700_000_000_000, bytes, start, ends, row, values.length, mostBytes)
      start = ends[row - 1]!
      if (row < values.length && values[row] !== null) seal()
    } else {
      builder.append(1_700_000_000_000, null, Uint8Array.from(value))
      row++
      const next = values[row]
      // No more than this is added by the next one.
      if (next && builder.bytes + BatchBuilder.boundOf(0, next.length) > mostBytes) seal()
    }
  }
  seal()
  return found
}

test('values that are appended at once are the records that they are one by one', () => {
  const value = fc.option(fc.uint8Array({ maxLength: 300, size: 'max' }), { freq: 8 })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 100, max: 5000 }), (values, mostBytes) => {
      expect(batches(values, mostBytes, true)).toEqual(batches(values, mostBytes, false))
    }),
  )
})
