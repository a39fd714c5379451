/** A Parquet file's columns as a table has them, from its footer. */
import { Options } from '../../catalog/option.ts'
import { BufferPool } from '../../data/pool.ts'
import { type Field, type Schema, isTimestamp } from '../../data/type.ts'
import type { BulkFile } from '../format.ts'
import { readFooter } from './footer.ts'
import { parquet } from './format.ts'
import { schemaOf } from './schema.ts'

const SAMPLE_ROWS = 10_000

/**
 * Types are those that hold every value exactly, with one exception. Most writers store microseconds or nanoseconds
 * whatever they have, and only timestamps of precision 3 or less can carry a watermark: a timestamp column whose values in
 * the first 10,000 rows are all whole milliseconds is told as precision 3. Should finer values follow, reading cuts them.
 */
export async function inferParquet(file: BulkFile): Promise<Schema> {
  const { columns } = await readFooter(file)
  const schema: Field[] = []
  for (const field of schemaOf(columns)) {
    const coarse = isTimestamp(field.type) && field.type.precision > 3 && (await wholeMilliseconds(file, field))
    schema.push(coarse ? { name: field.name, type: { ...field.type, precision: 3 } as Field['type'] } : field)
  }
  return schema
}

/** False also where there is no value to judge from. */
async function wholeMilliseconds(file: BulkFile, { name, type }: Field): Promise<boolean> {
  const pool = new BufferPool()
  const exact = { ...type, precision: 9, nullable: true } as Field['type']
  const context = { pool, zone: 'UTC', counts: { skippedRecords: 0, nulledFields: 0 }, name: 'describe' }
  const reader = await parquet.open(file, [{ name, type: exact }], new Options('describe', parquet.options, {}), context, 0)
  let values = 0
  while (reader.row < SAMPLE_ROWS) {
    const chunk = await reader.next()
    if (chunk === 'end') break
    const column = chunk.columns[0]!
    for (let row = 0; row < chunk.length; row++) {
      if (column.storage !== 'ts' || column.valid?.[row] === 0) continue
      if (column.nanos[row] !== 0) return false
      values++
    }
    chunk.release()
  }
  reader.close()
  return values > 0
}
