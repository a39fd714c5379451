/**
 * The law, asked of one script: every query and INSERT runs as a batch and as a stream, and both must leave the same table.
 * Sinks are replaced by tables in memory; nothing is written.
 */
import { MillraceError, SqlError } from '../base/errors.ts'
import { printPath } from '../catalog/table.ts'
import { type Chunk, rowAt } from '../data/chunk.ts'
import { RowKind, retracts } from '../data/row-kind.ts'
import type { Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { PhysicalOf } from '../planner/physical/plan.ts'
import type { Mode } from '../planner/bound.ts'
import type { Sink } from '../runtime/dataflow/sink.ts'
import type * as ast from '../sql/ast.ts'
import { parseScript } from '../sql/parser.ts'
import { rowTexts } from './display.ts'
import { Session, type SessionOptions } from './session.ts'

/** How the two runs of one output compare. */
export interface CheckResult {
  /** The table written to, or `query 1`. */
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly lateRows: number
  /** Rows of one side that the other has not, as texts; undefined is NULL. */
  readonly onlyBatch: readonly (readonly (string | undefined)[])[]
  readonly onlyStreaming: readonly (readonly (string | undefined)[])[]
  /** The outermost ORDER BY is defined in both modes and the orders differ. */
  readonly orderDiffers: boolean
}

/** A statement that exists in one mode only: the other mode's error says why. */
export class OneModeError extends MillraceError {
  constructor(works: Mode, cause: MillraceError) {
    super('ONE_MODE', 'user', `this statement runs in ${works} mode only, so there is nothing to compare: ${cause.describe()}`, {
      cause,
    })
  }
}

/** Runs the script both ways. Yields a result for each query and each INSERT. */
export async function* check(text: string, options: SessionOptions): AsyncGenerator<CheckResult> {
  const batch = new Session(options)
  const streaming = new Session(options)
  batch.config.set('execution.runtime-mode', 'batch')
  streaming.config.set('execution.runtime-mode', 'streaming')
  let queries = 0
  try {
    for (const statement of parsed(text)) {
      if (!hasOutput(statement)) {
        if (statement.kind === 'set-option' && statement.option?.key.value === 'execution.runtime-mode') continue
        await batch.executeStatement(statement, text)
        await streaming.executeStatement(statement, text)
        continue
      }
      const runs = await bothWays(statement, text, batch, streaming)
      for (const [i, inBatch] of runs.batch.entries()) {
        const name = inBatch.target ?? `query ${++queries}`
        yield compare(name, inBatch, runs.streaming[i]!)
      }
    }
  } finally {
    await Promise.all([batch.close(), streaming.close()])
  }
}

function parsed(text: string): readonly ast.Statement[] {
  try {
    return parseScript(text)
  } catch (error) {
    if (error instanceof SqlError) error.source ??= text
    throw error
  }
}

const hasOutput = (statement: ast.Statement): boolean =>
  statement.kind === 'query' || statement.kind === 'insert' || statement.kind === 'statement-set' || statement.kind === 'execute'

async function bothWays(statement: ast.Statement, text: string, batch: Session, streaming: Session) {
  const [inBatch, inStreaming] = [await attempt(statement, text, batch), await attempt(statement, text, streaming)]
  if (!('error' in inBatch) && !('error' in inStreaming)) return { batch: inBatch.outputs, streaming: inStreaming.outputs }
  if ('error' in inBatch && 'error' in inStreaming) throw inBatch.error
  // What fails only while it runs is a difference of its own, and told as the failure it is.
  const failed = 'error' in inBatch ? inBatch.error : (inStreaming as { error: unknown }).error
  if (failed instanceof SqlError) throw new OneModeError('error' in inBatch ? 'streaming' : 'batch', failed)
  throw failed
}

async function attempt(
  statement: ast.Statement,
  text: string,
  session: Session,
): Promise<{ outputs: readonly TableInMemory[] } | { error: unknown }> {
  try {
    const outputs: TableInMemory[] = []
    const lateRows = await session.runInto(statement, text, node => {
      const output = new TableInMemory(node)
      outputs.push(output)
      return output.sink
    })
    for (const output of outputs) output.lateRows = lateRows
    return { outputs }
  } catch (error) {
    return { error }
  }
}

/** What a sink was told, applied. */
class TableInMemory {
  readonly target: string | undefined
  readonly schema: Schema
  /** Columns of an ORDER BY whose order the changelog shows. */
  readonly orderedBy: readonly number[]
  readonly order: string[] = []
  readonly rows = new Map<string, { readonly row: readonly Value[]; count: number }>()
  lateRows = 0

  constructor(node: PhysicalOf<'Sink'>) {
    const top = node.inputs[0]!
    this.target = node.target.kind === 'table' ? printPath(node.target.table.path) : undefined
    this.schema = node.schema
    this.orderedBy =
      top.kind === 'TemporalSort' || (top.kind === 'Sort' && top.emit === 'at-end') ? top.by.map(key => key.column) : []
  }

  readonly sink: Sink = {
    open: async () => ({
      write: chunk => {
        this.#apply(chunk)
        chunk.release()
        return undefined
      },
      prepare: async () => null,
      commit: async () => {},
      close: async () => {},
    }),
  }

  #apply(chunk: Chunk): void {
    for (let i = 0; i < chunk.length; i++) {
      const row = rowAt(chunk, i)
      const key = JSON.stringify(row.map((value, column) => comparable(this.schema[column]!.type.kind, value)))
      const change = retracts(chunk.kinds?.[i] ?? RowKind.Insert) ? -1 : 1
      const known = this.rows.get(key)
      if (known === undefined) this.rows.set(key, { row, count: change })
      else if (known.count + change === 0) this.rows.delete(key)
      else known.count += change
      if (this.orderedBy.length > 0) this.order.push(JSON.stringify(this.orderedBy.map(column => comparable('', row[column]!))))
    }
  }
}

/** A value as JSON can hold it; floating point to the digits that do not depend on the order of a sum. */
function comparable(kind: string, value: Value): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return [...value].map(([key, item]) => [key, comparable('', item as Value)])
  if (Array.isArray(value)) return value.map(item => comparable('', item as Value))
  if (typeof value === 'number' && (kind === 'DOUBLE' || kind === 'FLOAT')) return value.toPrecision(kind === 'FLOAT' ? 5 : 11)
  return value
}

function compare(name: string, batch: TableInMemory, streaming: TableInMemory): CheckResult {
  const facts = { zone: 'UTC', legacyCast: false, nowMs: () => 0, rowNowMs: () => 0, random: () => 0, database: '' }
  const texts = rowTexts(batch.schema, facts)
  const missing = (from: TableInMemory, other: TableInMemory) =>
    [...from.rows].flatMap(([key, { row, count }]) =>
      Array.from({ length: Math.max(0, count - (other.rows.get(key)?.count ?? 0)) }, () => texts(row)),
    )
  const bothOrdered = batch.orderedBy.length > 0 && streaming.orderedBy.length > 0
  return {
    name,
    columns: batch.schema.map(field => field.name),
    rows: [...batch.rows.values()].reduce((sum, { count }) => sum + count, 0),
    lateRows: streaming.lateRows,
    onlyBatch: missing(batch, streaming),
    onlyStreaming: missing(streaming, batch),
    orderDiffers: bothOrdered && batch.order.some((key, i) => key !== streaming.order[i]),
  }
}
