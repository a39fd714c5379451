/**
 * flights-3m.parquet (3 million rows, zstd) into its five columns, and where the time goes: rows per second.
 *
 *     all        five columns, as a scan reads them, chunks released at once
 *     unpacking  zstd alone, of the same bytes
 *     per column each alone
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { systemClock } from '#src/base/clock.ts'
import { Options } from '#src/catalog/option.ts'
import { parseSchema } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { unpack } from '#src/formats/parquet/compression.ts'
import { parquet } from '#src/formats/parquet/format.ts'
import { readFooter } from '#src/formats/parquet/footer.ts'
import { PageBytes } from '#src/formats/parquet/page-bytes.ts'

const name = process.argv[2] ?? 'node_modules/vega-datasets/data/flights-3m.parquet'
const descriptor = openSync(name, 'r')
const file = {
  name,
  size: statSync(name).size,
  async read(offset: number, length: number) {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset))
  },
}
const columns = ['`date` TIMESTAMP(3)', 'delay BIGINT', 'distance BIGINT', 'origin STRING', 'destination STRING']
const pool = new BufferPool()
const context = { pool, zone: 'UTC', counts: { skippedRecords: 0, nulledFields: 0 }, name: 'bench/parquet' }

async function scan(schema: string): Promise<number> {
  const reader = await parquet.open(file, parseSchema(schema), new Options('bench', parquet.options, {}), context, 0)
  let rows = 0
  for (;;) {
    const answer = reader.next()
    const chunk = answer instanceof Promise ? await answer : answer
    if (chunk === 'end') return rows
    rows += chunk.length
    chunk.release()
  }
}

async function unpackAll(): Promise<number> {
  const { meta } = await readFooter(file)
  for (const group of meta.rowGroups) {
    for (const column of group.columns) {
      const pages = new PageBytes(file, column, name)
      for (let page = pages.next(); page !== 'end'; page = pages.next()) {
        if (page === 'wait') await pages.more()
        else unpack(column.codec, page.body, page.header.size)
      }
    }
  }
  return meta.rows
}

const runs: readonly (readonly [string, () => Promise<number>])[] = [
  ['all', () => scan(columns.join(', '))],
  ['unpacking', unpackAll],
  ...columns.map(column => [column, () => scan(column)] as const),
]
for (const [what, run] of runs) {
  let best = 0
  for (let i = 0; i < 5; i++) {
    const started = systemClock.elapsedMs()
    const rows = await run()
    best = Math.max(best, rows / (systemClock.elapsedMs() - started) / 1000)
  }
  console.log(`${what.padEnd(22)} ${best.toFixed(1)} M rows/s`)
}
closeSync(descriptor)
