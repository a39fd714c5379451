/**
 * Decoders against what JavaScript has at hand, all in one process in rounds, so that shared loops show it when they turn
 * megamorphic: JSON lines beside `JSON.parse` of each line, CSV beside uDSV. Million rows per CPU second
 * (garbage collection and compiler threads included, best round), ratio.
 *
 *     npm run build && node build/bench/micro/formats.js [rows]
 */
import { initParser, inferSchema } from 'udsv'
import { seededRandom } from '#src/base/random.ts'
import { Options } from '#src/catalog/option.ts'
import { parseSchema } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { createSplitter, formats } from '#src/formats/index.ts'
import type { Frames } from '#src/formats/framing.ts'

const ROWS = Number(process.argv[2] ?? 200_000)
const ROUNDS = 7
const random = seededRandom(7)
const below = (n: number): number => Math.floor(random.next() * n)
const two = (n: number): string => String(n).padStart(2, '0')
const timestamp = (): string =>
  `2024-01-${two(1 + below(28))} ${two(below(24))}:${two(below(60))}:${two(below(60))}.${String(below(1000)).padStart(3, '0')}`

const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: i + 1000,
  user: `user-${below(5000)}`,
  price: below(100_000) / 100,
  qty: below(20),
  active: below(2) === 0,
  ts: timestamp(),
  url: `https://example.com/path/${below(1000)}/item.html`,
  channel: ['apple', 'google', 'facebook', 'baidu'][below(4)]!,
}))
const schema = 'id BIGINT, `user` STRING, price DOUBLE, qty INT, active BOOLEAN, ts TIMESTAMP(3), url STRING, channel STRING'

const bids = rows.map((row, i) => ({
  event_type: 2,
  person: null,
  auction: null,
  bid: {
    auction: below(100_000),
    bidder: below(100_000),
    price: below(1e8),
    channel: row.channel,
    url: row.url,
    dateTime: row.ts,
    extra: 'x'.repeat(30 + below(60)),
  },
  dateTime: row.ts,
  id: i,
}))
const bidSchema =
  'event_type INT, person ROW<id BIGINT, name STRING>, auction ROW<id BIGINT, itemName STRING>, ' +
  'bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING>, `dateTime` TIMESTAMP(3)'

const shuffle = (row: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(
    Object.entries(row)
      .map(entry => [random.next(), entry] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, entry]) => entry),
  )
const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

interface Case {
  readonly name: string
  readonly format: string
  readonly schema: string
  readonly read?: readonly string[]
  readonly text: string
  readonly beside: 'JSON.parse' | 'uDSV'
}
const lines = (texts: readonly string[]): string => `${texts.join('\n')}\n`
const usual = lines(rows.map(row => JSON.stringify(row)))
const json = (name: string, text: string, more: Partial<Case> = {}): Case => ({
  name,
  format: 'json',
  schema,
  text,
  beside: 'JSON.parse',
  ...more,
})
const csv = (name: string, text: string): Case => ({ name, format: 'csv', schema, text, beside: 'uDSV' })
const cases: readonly Case[] = [
  json('json, usual order', usual),
  json('json, two of eight columns', usual, { read: ['id', 'channel'] }),
  json('json, blanks', lines(rows.map(row => JSON.stringify(row).replaceAll('":', '": ').replaceAll(',"', ', "')))),
  json('json, shuffled', lines(rows.map(row => JSON.stringify(shuffle(row))))),
  json(
    'json, escapes',
    lines(
      rows.map(row =>
        JSON.stringify({ ...row, url: row.url.replaceAll('/', '"/'), user: `${row.user}\n` }).replaceAll('/', '\\/'),
      ),
    ),
  ),
  json('json, nested rows', lines(bids.map(bid => JSON.stringify(bid))), { schema: bidSchema }),
  csv('csv', lines(rows.map(row => Object.values(row).join(',')))),
  csv(
    'csv, quotes',
    lines(
      rows.map(row =>
        Object.values({ ...row, url: `a "b", ${row.url}` })
          .map(value => quoted(String(value)))
          .join(','),
      ),
    ),
  ),
]

const pool = new BufferPool()

function decoding({ format: name, schema: text, read, text: file }: Case): () => number {
  const format = formats.get(name)!
  const options = new Options(name, format.options, {})
  const all = parseSchema(text)
  const columns = read === undefined ? all : all.filter(field => read.includes(field.name))
  const context = { pool, zone: 'UTC', counts: { skippedRecords: 0, nulledFields: 0 }, name: 'bench/decoder' }
  const decoder = format.decoder(columns, all, options, context)
  const bytes = new Uint8Array(Buffer.from(file))
  return () => {
    const splitter = createSplitter(format, options, { name: 'file', pool, columns: all.length })
    let count = 0
    const take = (frames: Frames) => {
      const chunk = decoder.decode(frames.bytes, frames.starts, frames.ends, frames.count, frames.place)
      count += chunk.length
      chunk.release()
    }
    for (const frames of splitter.feed(bytes)) take(frames)
    splitter.end()
    for (let frames = splitter.next(); frames !== undefined; frames = splitter.next()) take(frames)
    splitter.close()
    return count
  }
}

function beside({ beside: other, text }: Case): () => number {
  const buffer = Buffer.from(text)
  if (other === 'uDSV') {
    const header = `${Object.keys(rows[0]!).join(',')}\n`
    return () => {
      const file = header + buffer.toString()
      return initParser(inferSchema(file)).typedArrs(file).length
    }
  }
  return () => {
    let count = 0
    for (let at = 0, end = 0; at < buffer.length; at = end + 1) {
      end = buffer.indexOf(10, at)
      if (JSON.parse(buffer.toString('utf8', at, end)) !== null) count += 1
    }
    return count
  }
}

const runs = cases.flatMap(item => [decoding(item), beside(item)])
const best = runs.map(() => Infinity)
for (let round = 0; round < ROUNDS; round++) {
  runs.forEach((run, i) => {
    const before = process.cpuUsage()
    if (run() !== ROWS) throw new Error(`${cases[i >> 1]!.name}: not all rows came`)
    const { user, system } = process.cpuUsage(before)
    best[i] = Math.min(best[i]!, (user + system) / 1000)
  })
}
const speed = (ms: number): string => (ROWS / ms / 1000).toFixed(2).padStart(5)
cases.forEach(({ name, beside: other, text }, i) => {
  const [ours, theirs] = [best[2 * i]!, best[2 * i + 1]!]
  const size = `${Math.round(text.length / ROWS)} B`.padStart(6)
  console.log(
    `${name.padEnd(27)} ${size}  Millrace ${speed(ours)} M/s   ${other.padEnd(10)} ${speed(theirs)} M/s   ${(theirs / ours).toFixed(2)} ×`,
  )
})
