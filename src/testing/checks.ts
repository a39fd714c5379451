/**
 * Operators held to their contract while they run: wrappers that pass everything on and fail when something is not as the
 * plan says. On in tests; a job under test wraps what `buildOperators` gives.
 *
 *     checkSchema       chunks have the node's columns, stored as their types say, without NULL where there is none
 *     checkChangelog    only kinds of changes the node's traits allow, and none that takes away what is not there
 *     checkWatermarks   event time only rises, and nothing comes after the end
 */
import { assert } from '../base/assert.ts'
import { CHUNK_ROWS, type Chunk, kindAt, rowAt } from '../data/chunk.ts'
import type { Column } from '../data/column.ts'
import { printValue } from '../data/notation.ts'
import { rowKindText } from '../data/row-kind.ts'
import { storageOf } from '../data/storage.ts'
import { type Schema, printSchema, printType } from '../data/type.ts'
import type { ChangeKinds, PhysicalPlan } from '../planner/physical/plan.ts'
import { MIN_WATERMARK, type Operator, type Output } from '../runtime/dataflow/operator.ts'
import { ChangelogTable } from './changelog-table.ts'

/** All checks around an operator whose rows are those of `node`. */
export const checked = (operator: Operator, node: PhysicalPlan): Operator =>
  checkWatermarks(checkChangelog(checkSchema(operator, node.schema), node))

export function checkSchema(operator: Operator, schema: Schema): Operator {
  return observed(operator, chunk => checkChunk(chunk, schema))
}

/** Throws an `InvariantError` when a chunk is not one of `schema`. */
export function checkChunk(chunk: Chunk, schema: Schema): void {
  assert(chunk.length > 0 && chunk.length <= CHUNK_ROWS, `a chunk has 1 to ${CHUNK_ROWS} rows, not ${chunk.length}`)
  const [is, should] = [printSchema(chunk.schema), printSchema(schema)]
  assert(is === should, `rows come out as (${should}), not (${is})`)
  assert(chunk.columns.length === schema.length, `a chunk of (${should}) does not have ${chunk.columns.length} columns`)
  chunk.columns.forEach((column, i) => checkColumn(column, schema[i]!.name, schema, i, chunk.length))
}

function checkColumn(column: Column, name: string, schema: Schema, i: number, length: number): void {
  const { type } = schema[i]!
  assert(column.storage === storageOf(type), `column ${name} ${printType(type)} is not stored as ${column.storage}`)
  const { valid } = column
  if (!type.nullable && valid !== undefined)
    assert(!valid.subarray(0, length).includes(0), `column ${name} is NOT NULL and holds a NULL`)
  if (column.storage !== 'bytes') return
  for (let row = 0; row < length; row++) {
    const [start, end] = [column.starts[row]!, column.ends[row]!]
    assert(start >= 0 && start <= end && end <= column.bytes.length, `the view of column ${name} lies in its buffer`)
  }
}

/** The table that the rows describe is checked with them: a bag, or by the upsert key where updates come without -U. */
export function checkChangelog(operator: Operator, node: PhysicalPlan): Operator {
  const { changes, upsertKeys } = node.traits
  const upserts = changes.updateAfter && !changes.updateBefore
  // Who replaces by a key that is not known here can't be followed.
  if (upserts && upsertKeys.length === 0) return observed(operator, chunk => checkKinds(chunk, changes))
  // A filter may let one row of an update pass and not the other.
  const table = new ChangelogTable(upserts ? { key: upsertKeys[0]!, looseInserts: true } : { loosePairs: true })
  return observed(operator, chunk => {
    checkKinds(chunk, changes)
    for (let row = 0; row < chunk.length; row++) {
      table.apply(
        kindAt(chunk, row),
        rowAt(chunk, row).map((value, i) => printValue(node.schema[i]!.type, value)),
      )
    }
  })
}

function checkKinds(chunk: Chunk, changes: ChangeKinds): void {
  const allowed = [true, changes.updateBefore, changes.updateAfter, changes.delete]
  for (let row = 0; row < chunk.length; row++) {
    const kind = kindAt(chunk, row)
    assert(allowed[kind], `the plan has no ${rowKindText[kind]} here`)
  }
}

export function checkWatermarks(operator: Operator): Operator {
  let watermark = MIN_WATERMARK
  const ended = new Set<number>()
  return {
    ...hooksOf(operator),
    onChunk(chunk, input, output) {
      assert(!ended.has(input), 'an input that has ended brings no chunk')
      operator.onChunk(chunk, input, output)
    },
    onWatermark(timeMs, output) {
      assert(timeMs > watermark, `event time rises: ${timeMs} is not above ${watermark}`)
      watermark = timeMs
      operator.onWatermark?.(timeMs, output)
    },
    onEnd(input, output) {
      assert(!ended.has(input), 'an input ends once')
      ended.add(input)
      operator.onEnd?.(input, output)
    },
  }
}

/** Shows every chunk that comes out to `look`, before it goes on. */
function observed(operator: Operator, look: (chunk: Chunk) => void): Operator {
  const around = (output: Output): Output => ({
    emit(chunk) {
      look(chunk)
      output.emit(chunk)
    },
  })
  return {
    ...hooksOf(operator),
    onChunk: (chunk, input, output) => operator.onChunk(chunk, input, around(output)),
    ...(operator.onWatermark && { onWatermark: (timeMs, output) => operator.onWatermark!(timeMs, around(output)) }),
    ...(operator.onEnd && { onEnd: (input, output) => operator.onEnd!(input, around(output)) }),
    ...(operator.onBacklog && { onBacklog: (backlog, output) => operator.onBacklog!(backlog, around(output)) }),
    ...(operator.onFlush && { onFlush: output => operator.onFlush!(around(output)) }),
  }
}

/** The hooks an operator has, as an object of its own: absent ones stay absent. */
function hooksOf(operator: Operator): Operator {
  const names = [
    'onChunk',
    'onWatermark',
    'outputWatermark',
    'currentWatermark',
    'done',
    'onEnd',
    'onBacklog',
    'onFlush',
    'snapshot',
    'restore',
    'close',
    'report',
  ] as const
  const hooks = names.flatMap(name => (operator[name] === undefined ? [] : [[name, operator[name].bind(operator)]]))
  return Object.fromEntries(hooks) as Operator
}
