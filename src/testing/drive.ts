/**
 * Drives one operator with a script in notation, as a task would, and prints what comes out.
 *
 *     drive(sumByUser(), `          +I ann 5
 *       +I ann 2                    -U ann 5
 *       +I ann 3                    +U ann 8
 *       --                          --
 *       -D ann 2                    …
 *     `)
 *
 * A line of a script is one of
 *
 *     +I ann 5             a row of the chunk; with two inputs `left| +I ann 5` or `right| +I ann 5`
 *     --                   the chunk ends here (a row for the other input ends it, too)
 *     watermark 12:00      event time of all inputs; `left| watermark 12:00` of one. Epoch milliseconds are fine, too
 *     passing 12:00        the rows of the chunk from here on arrive under this watermark, told to the operator at the chunk's end
 *     flush                a mini-batch period ends
 *     split 1              the rows to come are of this split of their source
 *     splits 0 1           those that hold event time back by now
 *     backlog | live       the sources say that they work off history, or no longer
 *     snapshot             what is kept is written down, and a new operator goes on from there
 *     end                  every input ends (behind the last watermark, unless the job is bounded); `left| end` one of them
 *
 * In the printed output such a line stands before the rows that it brought. Whatever comes out is held to the contract:
 * the operator's schema, and a changelog that fits the table it describes.
 */
import { assert } from '../base/assert.ts'
import { InvariantError } from '../base/errors.ts'
import { seededRandom } from '../base/random.ts'
import { CHUNK_ROWS, Chunk, ChunkBuilder, kindAt, rowAt } from '../data/chunk.ts'
import { parseRows, parseSchema, parseValue, printValue } from '../data/notation.ts'
import { BufferPool } from '../data/pool.ts'
import { rowKindText } from '../data/row-kind.ts'
import { type Schema, types } from '../data/type.ts'
import type { SessionFacts } from '../expr/function.ts'
import { MAX_WATERMARK, MIN_WATERMARK, type Operator, type Output } from '../runtime/dataflow/operator.ts'
import type { OperatorContext } from '../runtime/operators/context.ts'
import { MemoryBudget } from '../runtime/state/memory-budget.ts'
import type { StateReader, StateWriter } from '../runtime/state/snapshot.ts'
import { checkChunk } from './checks.ts'
import { type ChangelogRules, ChangelogTable } from './changelog-table.ts'
import { CountingPool } from './counting-pool.ts'

/** An operator and what flows in and out of it. Schemas may be written as text: `user STRING, amount BIGINT`. */
export interface Stage {
  readonly inputs: readonly (Schema | string)[]
  readonly output: Schema | string
  readonly build: (context: OperatorContext) => Operator
  /** How the output is checked; a bag with update pairs unless said otherwise. */
  readonly changes?: ChangelogRules
}

export interface DriveOptions {
  /** Chunks of the script are cut into pieces of at most so many rows. */
  readonly chunkRows?: number
  /** After every piece the operator is written down and a new one goes on. */
  readonly restore?: boolean
  /** As in a batch: no last watermark before the end. */
  readonly bounded?: boolean
  /** Prints the watermarks an operator makes, and behind each row the one in force. */
  readonly watermarks?: boolean
}

/** What comes out of `stage` for `script`, in notation. */
export function drive(stage: Stage, script: string, options: DriveOptions = {}): string {
  const run = new Run(stage, options)
  run.script(script)
  return run.text()
}

/** The table that the output of `stage` for `script` describes, rows sorted. The script's end ends the inputs. */
export function tableOf(stage: Stage, script: string, options: DriveOptions = {}): string {
  const run = new Run(stage, options)
  run.script(script)
  run.end()
  run.close()
  return run.table.toString()
}

/** An operator at work, for tests that hand in chunks themselves. */
export class Run {
  readonly table: ChangelogTable
  readonly pool = new CountingPool()
  readonly inputs: readonly Schema[]
  operator: Operator
  readonly #stage: Stage
  readonly #builders: readonly ChunkBuilder[]
  readonly #schema: Schema
  readonly #options: DriveOptions
  readonly #lines: string[] = []
  /** The line of the script whose rows come next. */
  #because: string | undefined
  readonly #watermarks: number[]
  readonly #ended: boolean[]
  #watermark = MIN_WATERMARK
  #backlog = false
  #waiting: { input: number; rows: string[]; passing: (number | undefined)[] } = { input: 0, rows: [], passing: [] }
  #passing: number | undefined
  /** The split that the rows to come are of, and those that hold event time back. */
  #split: number | undefined
  #splits: readonly number[] | undefined
  readonly #output: Output = { emit: chunk => this.#take(chunk) }

  constructor(stage: Stage, options: DriveOptions = {}) {
    this.#stage = stage
    this.#options = options
    this.inputs = stage.inputs.map(schemaOf)
    this.#builders = this.inputs.map(schema => new ChunkBuilder(schema, this.pool, { kinds: true }))
    this.#schema = schemaOf(stage.output)
    this.table = new ChangelogTable(stage.changes)
    this.operator = stage.build(testContext(this.pool))
    this.#watermarks = this.inputs.map(() => MIN_WATERMARK)
    this.#ended = this.inputs.map(() => false)
  }

  script(text: string): void {
    for (const line of text.split('\n').map(l => l.trim())) if (line !== '') this.#line(line)
    this.#sendWaiting()
  }

  /** What came out so far. */
  text(): string {
    return this.#lines.join('\n')
  }

  /** Hands `chunk` to the operator, which owns it from here on. */
  chunk(chunk: Chunk, input = 0): void {
    const passed = chunk.watermarks?.[chunk.length - 1]
    this.operator.onChunk(chunk, input, this.#output)
    if (passed !== undefined && passed > this.#watermark) this.watermark(passed)
    const made = this.operator.currentWatermark?.()
    if (made !== undefined && this.#options.watermarks === true) this.#lines.push(`  watermark ${printTime(made)}`)
    if (this.#options.restore === true) this.restore()
  }

  watermark(timeMs: number, input?: number): void {
    for (let i = 0; i < this.inputs.length; i++) if (input === undefined || input === i) this.#watermarks[i] = timeMs
    const least = Math.min(...this.#watermarks)
    if (least <= this.#watermark) return
    this.#watermark = least
    this.operator.onWatermark?.(least, this.#output)
  }

  /** Ends `input`, or all that have not ended. */
  end(input?: number): void {
    for (let i = 0; i < this.inputs.length; i++) {
      if (this.#ended[i] || (input !== undefined && input !== i)) continue
      if (this.#options.bounded !== true) this.watermark(MAX_WATERMARK, i)
      this.operator.onFlush?.(this.#output)
      this.#ended[i] = true
      this.operator.onEnd?.(i, this.#output)
    }
  }

  /** Writes the operator's state down and lets a new one go on from it. */
  restore(): void {
    this.operator.onFlush?.(this.#output)
    const snapshot = new MemorySnapshot()
    this.operator.snapshot?.(snapshot)
    this.operator.close?.()
    this.operator = this.#stage.build(testContext(this.pool))
    this.operator.restore?.(snapshot)
    if (this.#splits !== undefined) this.operator.onSplits?.(this.#splits)
    if (this.#backlog) this.operator.onBacklog?.(true, this.#output)
  }

  /** Closes the operator, which then has given back every buffer of the pool that it took or was handed. */
  close(): void {
    this.operator.close?.()
    for (const builder of this.#builders) builder.discard()
    assert(this.pool.outstanding === 0, `${this.pool.outstanding} buffers did not go back to the pool`)
  }

  #line(line: string): void {
    const prefix = /^(left|right|\d+)\|\s*/.exec(line)
    const input = prefix === null ? undefined : inputNamed(prefix[1]!)
    const text = prefix === null ? line : line.slice(prefix[0].length)
    if (/^[+-][IUD]\b/.test(text)) return this.#row(text, input ?? 0)
    const [word, argument] = text.split(/\s+(.*)/s) as [string, string?]
    if (word === 'passing') {
      this.#passing = parseTime(argument!)
      return
    }
    this.#sendWaiting()
    this.#because = line
    switch (word) {
      case '--':
        return
      case 'watermark':
        return this.watermark(parseTime(argument!), input)
      case 'flush':
        return this.operator.onFlush?.(this.#output)
      case 'backlog':
      case 'live':
        this.#backlog = word === 'backlog'
        return this.operator.onBacklog?.(this.#backlog, this.#output)
      case 'snapshot':
        return this.restore()
      case 'split':
        this.#split = Number(argument)
        return
      case 'splits':
        this.#splits = (argument ?? '').split(/\s+/).filter(Boolean).map(Number)
        return this.operator.onSplits?.(this.#splits)
      case 'end':
        return this.end(input)
      default:
        throw new InvariantError(`a script has no line like: ${line}`)
    }
  }

  #row(text: string, input: number): void {
    if (this.#waiting.input !== input) this.#sendWaiting()
    this.#waiting.input = input
    this.#waiting.rows.push(text)
    this.#waiting.passing.push(this.#passing)
  }

  #sendWaiting(): void {
    const { input, rows, passing } = this.#waiting
    const size = Math.min(this.#options.chunkRows ?? CHUNK_ROWS, CHUNK_ROWS)
    this.#waiting = { input, rows: [], passing: [] }
    for (let from = 0; from < rows.length; from += size) {
      this.chunk(this.#chunkOf(input, rows.slice(from, from + size), passing.slice(from, from + size)), input)
    }
    if (this.#passing !== undefined && rows.length > 0) this.watermark(this.#passing)
    this.#passing = undefined
  }

  /** The rows in buffers of the pool, so that what outlives them shows. */
  #chunkOf(input: number, rows: readonly string[], passing: readonly (number | undefined)[]): Chunk {
    const schema = this.inputs[input]!
    const parsed = parseRows(schema, rows.join('\n'))
    const builder = this.#builders[input]!
    for (let row = 0; row < parsed.length; row++) builder.append(kindAt(parsed, row), rowAt(parsed, row))
    const chunk = ofSplit(builder.finish(), this.#split)
    return passing.every(time => time === undefined)
      ? chunk
      : withWatermarks(
          chunk,
          passing.map(time => time ?? this.#watermark),
          this.pool,
        )
  }

  #take(chunk: Chunk): void {
    checkChunk(chunk, this.#schema)
    if (this.#because !== undefined && (this.#lines.length > 0 || this.#because !== '--')) this.#lines.push(this.#because)
    this.#because = undefined
    for (let row = 0; row < chunk.length; row++) this.#takeRow(chunk, row)
    chunk.release()
  }

  #takeRow(chunk: Chunk, row: number): void {
    const kind = kindAt(chunk, row)
    const cells = rowAt(chunk, row).map((value, column) => printValue(this.#schema[column]!.type, value))
    const passing =
      this.#options.watermarks === true && chunk.watermarks !== undefined ? ` @ ${printTime(chunk.watermarks[row]!)}` : ''
    this.#lines.push(`${rowKindText[kind]} ${cells.join(' ')}${passing}`)
    this.table.apply(kind, cells)
  }
}

/** A checkpoint in memory. */
export class MemorySnapshot implements StateWriter, StateReader {
  readonly #sections = new Map<string, Uint8Array>()

  section(name: string, bytes: Uint8Array): void
  section(name: string): Uint8Array | undefined
  section(name: string, bytes?: Uint8Array): Uint8Array | undefined | void {
    if (bytes === undefined) return this.#sections.get(name)
    assert(!this.#sections.has(name), `section ${name} is written once`)
    this.#sections.set(name, bytes.slice())
  }
}

const schemaOf = (schema: Schema | string): Schema => (typeof schema === 'string' ? parseSchema(schema) : schema)

const inputNamed = (name: string): number => (name === 'left' ? 0 : name === 'right' ? 1 : Number(name))

/** Epoch milliseconds: a number, a time of 1970-01-01 (`12:00`), or a timestamp. */
function parseTime(text: string): number {
  if (text === 'max') return MAX_WATERMARK
  if (/^-?\d+$/.test(text)) return Number(text)
  const stamp = /^\d\d:\d\d$/.test(text) ? `${text}:00` : text
  return Number(parseValue(types.timestamp(3), `'${stamp.includes('-') ? stamp : `1970-01-01 ${stamp}`}'`))
}

function printTime(timeMs: number): string {
  if (!Number.isFinite(timeMs)) return timeMs > 0 ? 'max' : 'none'
  const text = printValue(types.timestamp(3), BigInt(timeMs)).slice(1, -1)
  return text.replace(/^1970-01-01 /, '').replace(/^(\d\d:\d\d):00\.000$/, '$1')
}

/** The same rows as those of a split. */
function ofSplit(chunk: Chunk, split: number | undefined): Chunk {
  if (split === undefined) return chunk
  const { schema, length, columns, kinds } = chunk
  return new Chunk({ schema, length, columns, kinds, split, parents: [chunk] })
}

/** The same rows, each under its watermark. */
function withWatermarks(chunk: Chunk, times: readonly number[], pool: BufferPool): Chunk {
  const watermarks = pool.f64(times.length)
  watermarks.set(times)
  const { schema, length, columns, kinds } = chunk
  return new Chunk({ schema, length, columns, kinds, watermarks, owned: [watermarks], pool, parents: [chunk] })
}

/** What operators are built with in tests: a poisoned pool, a clock that stands still, repeatable chance. */
export function testContext(pool = new BufferPool({ poison: true }), changes: Partial<OperatorContext> = {}): OperatorContext {
  const random = seededRandom(1)
  const session: SessionFacts = {
    zone: 'UTC',
    legacyCast: false,
    nowMs: () => 0,
    rowNowMs: () => 0,
    random: () => random.next(),
    database: 'default_database',
  }
  const clock = { nowMs: () => 0, elapsedMs: () => 0 }
  return { name: 'test/operator', pool, session, memory: new MemoryBudget(), clock, onCompiled() {}, ...changes }
}
