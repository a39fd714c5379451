/**
 * `npm run demo`: three million real flights, as a stream with disorder and then as a batch, through the same statement.
 * Ends with `stream = batch: N rows equal`, or fails.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { relative } from 'node:path'
import { rowAt } from '../data/chunk.ts'
import { type Schema, isNumeric } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { rowTexts } from '../engine/display.ts'
import type { RunningQuery } from '../engine/outcome.ts'
import { Session } from '../engine/session.ts'
import type { RunOptions } from './arguments.ts'
import { progressText, summaryText } from './progress.ts'
import { errorText, exitCodeOf } from './script.ts'
import { tableLines } from './table.ts'
import { Out, isClosedPipe } from './terminal.ts'

const REDRAW_MS = 150
const SHOWN_ROWS = 12

const dataDirectory = fileURLToPath(new URL('../../node_modules/vega-datasets/data/', import.meta.url))

const tables = (directory: string): string => `
CREATE TABLE flights (
  \`date\`      TIMESTAMP(3),
  delay       BIGINT,
  distance    BIGINT,
  origin      STRING,
  destination STRING,
  WATERMARK FOR \`date\` AS \`date\` - INTERVAL '12' HOUR
) WITH (
  'connector' = 'filesystem',
  'path' = '${directory}flights-3m.parquet',
  'format' = 'parquet',
  'source.disorder-seed' = '42'
);
CREATE TABLE airports (
  iata STRING, name STRING, city STRING, state STRING, country STRING, latitude DOUBLE, longitude DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = '${directory}airports.csv',
  'format' = 'csv',
  'csv.header' = 'true'
);`

const query = `
SELECT w.window_start, w.origin, a.city, a.state, w.flights, w.avg_delay, w.worst_delay
FROM (
  SELECT window_start, window_end, origin, COUNT(*) AS flights, AVG(delay) AS avg_delay, MAX(delay) AS worst_delay
  FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(\`date\`), INTERVAL '1' HOUR))
  GROUP BY window_start, window_end, origin
) w
JOIN airports a ON w.origin = a.iata`

export async function demo(options: RunOptions): Promise<number> {
  const out = new Out(process.stdout)
  if (!existsSync(`${dataDirectory}flights-3m.parquet`)) {
    process.stderr.write('millrace: the demo needs the development dependency vega-datasets; run npm ci in a checkout\n')
    return 1
  }
  try {
    const directory = `${relative(process.cwd(), dataDirectory) || '.'}/`
    await out.line(`${tables(directory).trim()}\n${query}\n`)
    await out.line('── as a stream: out of order within the watermark, results as windows close ──')
    const streamed = await run('streaming', options, directory, out, new LatestWindow())
    await out.line('\n── the same statement as a batch ──')
    const batch = await run('batch', options, directory, out, undefined)
    await out.line('')
    const difference = compare(streamed, batch)
    await out.line(difference ?? `stream = batch: ${streamed.size.toLocaleString('en-US')} rows equal`)
    return difference === undefined ? 0 : 1
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${errorText(error)}\n`)
    return exitCodeOf(error)
  }
}

/** Rows with how often each occurs. */
type Bag = Map<string, number>

async function run(
  mode: 'streaming' | 'batch',
  options: RunOptions,
  directory: string,
  out: Out,
  view: LatestWindow | undefined,
): Promise<Bag> {
  const session = new Session({
    config: [['table.local-time-zone', 'UTC'], ...options.settings, ['execution.runtime-mode', mode]],
  })
  const bag: Bag = new Map()
  try {
    for await (const outcome of session.execute(`${tables(directory)}${query}`)) {
      if (outcome.kind !== 'query') continue
      const screen = new Screen(out, outcome.query, view)
      await collect(outcome.query, bag, screen)
      await screen.finish()
    }
  } finally {
    await session.close()
  }
  return bag
}

async function collect(running: RunningQuery, bag: Bag, screen: Screen): Promise<void> {
  for await (const chunk of running.chunks()) {
    for (let i = 0; i < chunk.length; i++) {
      const row = rowAt(chunk, i)
      const key = row.join('|')
      bag.set(key, (bag.get(key) ?? 0) + 1)
      screen.row(row)
    }
    chunk.release()
    await screen.refresh()
  }
}

function compare(streamed: Bag, batch: Bag): string | undefined {
  const missing = (from: Bag, other: Bag) => [...from].filter(([key, count]) => other.get(key) !== count)
  const onlyStream = missing(streamed, batch)
  const onlyBatch = missing(batch, streamed)
  if (onlyStream.length === 0 && onlyBatch.length === 0 && batch.size > 0) return undefined
  const first = [...onlyStream, ...onlyBatch].slice(0, 5).map(([key]) => `\n  ${key}`)
  return `stream and batch differ: ${onlyStream.length} rows only in the stream, ${onlyBatch.length} only in the batch${first.join('')}`
}

/** The rows of the newest window, worst delays first. */
class LatestWindow {
  #start: Value = null
  #rows: (readonly Value[])[] = []

  add(row: readonly Value[]): void {
    if (row[0] !== this.#start) {
      if (this.#start !== null && (row[0] as bigint) < (this.#start as bigint)) return
      this.#start = row[0]!
      this.#rows = []
    }
    this.#rows.push(row)
  }

  worst(count: number): (readonly Value[])[] {
    return this.#rows.toSorted((a, b) => Number((b[6] as bigint) - (a[6] as bigint))).slice(0, count)
  }
}

/** On a terminal the table and the progress line are redrawn in place; in a pipe only the end is written. */
class Screen {
  readonly #out: Out
  readonly #query: RunningQuery
  readonly #view: LatestWindow | undefined
  readonly #texts: (row: readonly Value[]) => (string | undefined)[]
  #drawnLines = 0
  #drawnMs = 0

  constructor(out: Out, running: RunningQuery, view: LatestWindow | undefined) {
    this.#out = out
    this.#query = running
    this.#view = view
    this.#texts = rowTexts(running.schema, running.session)
  }

  row(row: readonly Value[]): void {
    this.#view?.add(row)
  }

  async refresh(): Promise<void> {
    const { elapsedMs } = this.#query.progress()
    if (!this.#out.isTerminal || elapsedMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = elapsedMs
    await this.#draw(progressText(this.#query.progress()))
  }

  async finish(): Promise<void> {
    await this.#draw(summaryText(this.#query.progress()))
  }

  async #draw(last: string): Promise<void> {
    const lines = [...this.#tableLines(), last.slice(0, this.#out.columns - 1)]
    const up = this.#drawnLines > 0 ? `\x1b[${this.#drawnLines}A\x1b[J` : ''
    this.#drawnLines = this.#out.isTerminal ? lines.length : 0
    await this.#out.write(`${up}${lines.join('\n')}\n`)
  }

  #tableLines(): string[] {
    if (this.#view === undefined) return []
    const schema: Schema = this.#query.schema
    const columns = schema.map(({ name, type }) => ({ name, alignRight: isNumeric(type) }))
    return tableLines(columns, this.#view.worst(SHOWN_ROWS).map(this.#texts), Math.min(this.#out.columns, 120))
  }
}
