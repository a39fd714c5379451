/** Parquet files for tests: DuckDB writes them and reads them a second time; `readParquet` is how we do. */
import { mkdtempSync, openSync, readSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimeValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { assert } from '../base/assert.ts'
import { Options } from '../catalog/option.ts'
import { rowAt } from '../data/chunk.ts'
import { parseSchema, printRow } from '../data/notation.ts'
import { BufferPool } from '../data/pool.ts'
import type { DataType, Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { BulkFile, BulkReader } from '../formats/format.ts'
import { parquet } from '../formats/parquet/format.ts'

export const temporaryFile = (name: string): string => join(mkdtempSync(join(tmpdir(), 'millrace-parquet-')), name)

export const duck = async (): Promise<DuckDBConnection> => (await DuckDBInstance.create(':memory:')).connect()

/** A file of this machine; `reads` collects what was read of it. */
export function bulkFile(path: string, reads: { offset: number; length: number }[] = []): BulkFile {
  const descriptor = openSync(path, 'r')
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    size: statSync(path).size,
    read(offset, length) {
      reads.push({ offset, length })
      const bytes = new Uint8Array(length)
      return Promise.resolve(bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset)))
    },
  }
}

/** A file in memory. */
export const bytesFile = (name: string, bytes: Uint8Array): BulkFile => ({
  name,
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
})

export interface ReadSettings {
  readonly fromRow?: number
  readonly zone?: string
  readonly options?: Readonly<Record<string, string>>
}

export function openParquet(
  file: BulkFile,
  schema: Schema,
  { fromRow = 0, zone = 'UTC', options = {} }: ReadSettings = {},
): Promise<BulkReader> {
  const counts = { skippedRecords: 0, nulledFields: 0 }
  const context = { pool: new BufferPool({ poison: true }), zone, counts, name: 'test/parquet' }
  return parquet.open(file, schema, new Options("format 'parquet'", parquet.options, options), context, fromRow)
}

/** All rows from `fromRow` on in the notation, through a pool that poisons; every chunk is released before the next. */
export async function readParquet(file: BulkFile, schema: Schema | string, settings: ReadSettings = {}): Promise<string[]> {
  const reader = await openParquet(file, typeof schema === 'string' ? parseSchema(schema) : schema, settings)
  const rows: string[] = []
  for (;;) {
    const chunk = await reader.next()
    if (chunk === 'end') return rows
    for (let row = 0; row < chunk.length; row++) rows.push(printRow(chunk.schema, rowAt(chunk, row)))
    chunk.release()
    assert(reader.row === (settings.fromRow ?? 0) + rows.length, 'the reader counts its rows')
  }
}

/** How many rows come, whatever is in them. */
export async function countRows(file: BulkFile, schema: Schema): Promise<number> {
  const reader = await openParquet(file, schema)
  for (let chunk = await reader.next(); chunk !== 'end'; chunk = await reader.next()) chunk.release()
  return reader.row
}

/** The same by DuckDB. */
export async function readByDuck(connection: DuckDBConnection, query: string, schema: Schema): Promise<string[]> {
  const result = await connection.runAndReadAll(query)
  return result.getRows().map(row =>
    printRow(
      schema,
      row.map((value, i) => valueOfDuck(schema[i]!.type, value)),
    ),
  )
}

function valueOfDuck(type: DataType, value: DuckDBValue): Value {
  if (value === null) return null
  if (value instanceof DuckDBDecimalValue) return value.value
  if (value instanceof DuckDBBlobValue) return value.bytes
  if (value instanceof DuckDBDateValue) return value.days
  if (value instanceof DuckDBTimeValue) return Number(value.micros / 1000n)
  const nanos = nanosOf(value)
  if (nanos !== undefined) return 'precision' in type && type.precision > 3 ? nanos : floorDiv(nanos, 1_000_000n)
  if (value instanceof DuckDBListValue && type.kind === 'ARRAY') return value.items.map(item => valueOfDuck(type.element, item))
  if (value instanceof DuckDBMapValue && type.kind === 'MAP')
    return value.entries.map(({ key, value }) => [valueOfDuck(type.key, key), valueOfDuck(type.value, value)])
  if (value instanceof DuckDBStructValue && type.kind === 'ROW')
    return type.fields.map(field => valueOfDuck(field.type, value.entries[field.name] ?? null))
  if (type.kind === 'BIGINT' || type.kind === 'DECIMAL') return BigInt(value as number | bigint)
  return value as Value
}

function nanosOf(value: DuckDBValue): bigint | undefined {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros * 1000n
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis * 1_000_000n
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos
  return undefined
}

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b
