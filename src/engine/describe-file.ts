/**
 * The CREATE TABLE for a file, ready to paste:
 *
 *     CREATE TABLE flights_3m (
 *       `date` TIMESTAMP(3),
 *       delay BIGINT,
 *       origin STRING
 *       -- , WATERMARK FOR `date` AS `date` - INTERVAL '5' SECOND
 *     ) WITH (
 *       'connector' = 'filesystem',
 *       'path' = 'data/flights-3m.parquet',
 *       'format' = 'parquet'
 *     );
 *
 * Parquet tells its types itself (`formats/parquet/infer.ts`); those of CSV and JSON are judged from the file's beginning
 * (`formats/infer/guess.ts`).
 */
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { DataError } from '../base/errors.ts'
import { compressionOf, unpacked } from '../connectors/filesystem/decompress.ts'
import { openBulkFile } from '../connectors/filesystem/file-reader.ts'
import { type FoundFile, accessed, findFiles } from '../connectors/filesystem/paths.ts'
import { type Schema, isTimestamp, printType } from '../data/type.ts'
import { inferCsv } from '../formats/infer/csv.ts'
import type { Inferred, Sample } from '../formats/infer/inferred.ts'
import { inferJson } from '../formats/infer/json.ts'
import { inferParquet } from '../formats/parquet/infer.ts'
import { identifierText, quotedText } from '../sql/unparse.ts'

export interface DescribeOptions {
  /** Instead of a name made from the file's. */
  readonly table?: string
}

/** More is not read of a text file, unpacked. */
const SAMPLE_BYTES = 8 << 20

/** Of a directory or a glob, the first file speaks for all. Fails with ConnectorError or DataError on what can't be read. */
export async function describeFile(path: string, options: DescribeOptions = {}): Promise<{ readonly sql: string }> {
  const found = (await findFiles(path))[0]
  if (found === undefined) throw new DataError('FILE_EMPTY', path, 'there is no file in it')
  const { format, inferred } = await inferFile(found)
  const all = { connector: 'filesystem', path, format, ...prefixed(format, inferred.options) }
  return { sql: createTable(options.table ?? tableName(path), inferred.schema, all) }
}

async function inferFile(found: FoundFile): Promise<{ readonly format: string; readonly inferred: Inferred }> {
  const head = await readHead(found, 4)
  if (isParquet(found, head)) return { format: 'parquet', inferred: { schema: await parquetSchema(found), options: {} } }
  const sample = await readSample(found)
  const format = textFormat(found.path, sample)
  return { format, inferred: format === 'json' ? inferJson(sample) : inferCsv(sample) }
}

const isParquet = (found: FoundFile, head: Uint8Array): boolean =>
  /\.parquet$/i.test(found.path) || new TextDecoder('latin1').decode(head) === 'PAR1'

async function parquetSchema(found: FoundFile): Promise<Schema> {
  const { handle, file } = await openBulkFile(found)
  try {
    return await inferParquet(file)
  } finally {
    await handle.close()
  }
}

/** By the ending, or else by the first character that is no blank. */
function textFormat(path: string, { bytes }: Sample): 'json' | 'csv' {
  const name = path.replace(/\.(gz|gzip|zst|zstd)$/i, '')
  if (/\.(json|jsonl|ndjson)$/i.test(name)) return 'json'
  if (/\.(csv|tsv|psv)$/i.test(name)) return 'csv'
  return /^\ufeff?\s*[[{]/.test(new TextDecoder().decode(bytes.subarray(0, 1000))) ? 'json' : 'csv'
}

// ── reading ─────────────────────────────────────────────────────────────────────────────────────────

async function readHead(found: FoundFile, length: number): Promise<Uint8Array> {
  const { handle, file } = await openBulkFile(found)
  try {
    return await file.read(0, length)
  } finally {
    await handle.close()
  }
}

async function readSample(found: FoundFile): Promise<Sample> {
  const compression = compressionOf(found.path)
  if (compression === undefined) {
    const bytes = await readHead(found, Math.min(found.size, SAMPLE_BYTES))
    return { name: found.path, bytes, whole: found.size <= SAMPLE_BYTES }
  }
  const bytes = new Uint8Array(SAMPLE_BYTES)
  let used = 0
  await accessed(found.path, () => open(found.path, 'r').then(file => file.close()))
  for await (const block of unpacked(found.path, compression, () => {})) {
    const room = block.subarray(0, SAMPLE_BYTES - used)
    bytes.set(room, used)
    used += room.length
    if (room.length < block.length) return { name: found.path, bytes, whole: false }
  }
  return { name: found.path, bytes: bytes.subarray(0, used), whole: true }
}

// ── the statement ───────────────────────────────────────────────────────────────────────────────────

const prefixed = (format: string, options: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [`${format}.${name}`, value]))

/** `data/flights-3m.parquet` → `flights_3m`. */
function tableName(path: string): string {
  const stem = basename(path).replace(/(?<=.)\..*$/, '')
  return stem.replace(/[^\p{L}\p{Nd}_]+/gu, '_').replace(/^_+|_+$/g, '') || 'my_table'
}

const nameText = (name: string): string => identifierText({ name, quoted: false } as Parameters<typeof identifierText>[0])

function createTable(table: string, schema: Schema, options: Readonly<Record<string, string>>): string {
  const columns = schema.map(({ name, type }) => `  ${nameText(name)} ${printType(type)}`).join(',\n')
  const rowtime = schema.find(({ type }) => isTimestamp(type) && type.precision <= 3)
  const watermark =
    rowtime && `\n  -- , WATERMARK FOR ${nameText(rowtime.name)} AS ${nameText(rowtime.name)} - INTERVAL '5' SECOND`
  const settings = Object.entries(options).map(([key, value]) => `  ${quotedText(key)} = ${quotedText(value)}`)
  return `CREATE TABLE ${nameText(table)} (\n${columns}${watermark ?? ''}\n) WITH (\n${settings.join(',\n')}\n);`
}
