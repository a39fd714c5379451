import { expect, test } from 'vitest'
import { BatchBuilder } from './batch-builder.ts'
import { PresentSlices, type Slices } from './columns.ts'
import { RecordReader } from './record-reader.ts'

test('nulls are left out, and the rest know their records', () => {
  const builder = new BatchBuilder()
  const bytes = (text: string) => (text === 'NULL' ? null : Buffer.from(text))
  for (const record of ['a=1', 'b=NULL', 'c=3', 'd=NULL']) {
    const [key, value] = record.split('=') as [string, string]
    builder.append(0, bytes(key), bytes(value))
  }
  const view = new RecordReader().read(builder.finish())
  const slices = new PresentSlices()
  const textOf = ({ count, starts, ends, rows }: Slices) =>
    Array.from(
      { length: count },
      (_, i) => `${rows?.[i] ?? i}:${Buffer.from(view.bytes.subarray(starts[i], ends[i])).toString()}`,
    ).join(' ')

  expect(textOf(slices.valuesOf(view))).toBe('0:1 2:3')
  expect(textOf(slices.keysOf(view))).toBe('0:a 1:b 2:c 3:d')
  expect(slices.keysOf(view).starts).toBe(view.keyStarts)
})
