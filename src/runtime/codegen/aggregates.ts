/**
 * The loops of aggregation, generated per plan node: rows of a chunk go into the accumulators of their slots, and what
 * changed is written as rows of the output. `SELECT user, COUNT(*), SUM(amount) … GROUP BY user`, per chunk:
 *
 *     function foldNet(table, sets, columns, kinds, slots, length, touched, stamps, stamp, was) {
 *       const rows = table.values[0].doubles
 *       const sum_amount = table.values[1].words
 *       …
 *       for (let row = 0; row < length; row++) {
 *         const slot = slots[row]
 *         if (stamps[slot] !== stamp) { … the slot is noted in `touched`, and its row as it was in `was` }
 *         rows[slot] += 1
 *         const low = (sum_amount[2 * slot] >>> 0) + (amount[2 * row] >>> 0)
 *         …
 *
 * The columns of a group's state: the row count, accumulators, then (where changes are told more than once) a mark and
 * what was told last. The mark of a group is 0 when downstream knows its row, 1 when it changed and downstream knows of
 * none, 2 when it changed and downstream believes in the saved row. They are used while changes are held back over many
 * chunks; within one chunk, what downstream believes is kept aside, side by side in the order groups are touched.
 */
import { EvaluationError } from '../../base/errors.ts'
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, Names, js, raw } from '../../codegen/js.ts'
import { CHUNK_ROWS, type ChunkBuilder } from '../../data/chunk.ts'
import { type Column, setValue, valueAt } from '../../data/column.ts'
import { equalValues } from '../../data/compare.ts'
import { RowKind } from '../../data/row-kind.ts'
import { type Field, type Schema, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { Accumulators, type AggregateCall, type SetSpec, type Step } from './accumulators.ts'
import * as helpers from './aggregate-helpers.ts'
import { type Cells, cell, cellScope, cellsOf, copyCell, declareColumn, declareState, sameCell, sameOf } from './cell.ts'

export type { AggregateCall, SetSpec } from './accumulators.ts'

export interface AggregateSpec {
  /** Where the generated files lie: the operator's name. */
  readonly name: string
  readonly input: Schema
  readonly calls: readonly AggregateCall[]
  /** The output columns that hold the calls' results, and where they start in the output. */
  readonly results: Schema
  readonly resultsAt: number
  readonly retracting: boolean
  /** Changes of a group are told as they come, so what was told is kept. Without it results are only read at the end. */
  readonly tells: boolean
  readonly updateBefore: boolean
  /** Tell a row again though it is equal: under a TTL it keeps state downstream alive. */
  readonly resend: boolean
  /** Rows may belong nowhere: their slot is -1. */
  readonly skips: boolean
  onCompiled(compiled: { readonly name: string; readonly source: string }): void
}

/** The groups' table and value sets as generated code sees them. */
type Table = object
type Sets = readonly object[]

export interface AggregateCode {
  /** Value columns of the groups' table; the first is the row count, which is above 0 exactly when the group is there. */
  readonly values: Schema
  /** Where among `values` the mark stands, -1 without one. */
  readonly markAt: number
  readonly sets: readonly SetSpec[]
  /** Takes rows in and tells nothing. With marks, saves what downstream believes of groups that change. */
  fold(table: Table, sets: Sets, columns: readonly Column[], kinds: Uint8Array, slots: Int32Array, length: number): void
  /**
   * Takes rows in. Notes each group that changes once in `touched` (`~slot` for one that was not there) and its row as it
   * was in `was`, and answers how many. `stamps`, by slot, are other than `stamp` for groups not touched yet.
   */
  foldNet(
    table: Table,
    sets: Sets,
    columns: readonly Column[],
    kinds: Uint8Array,
    slots: Int32Array,
    length: number,
    touched: Int32Array,
    stamps: Int32Array,
    stamp: number,
    was: ChunkBuilder,
  ): number
  /** Writes the net changes of `touched[from, count)`, until the output is full. Answers where it came to. */
  tellNet(
    table: Table,
    sets: Sets,
    touched: Int32Array,
    from: number,
    count: number,
    was: ChunkBuilder,
    out: ChunkBuilder,
    outSlots: Int32Array,
  ): number
  /** Takes rows in from `from` on and writes each one's changes, until the output is full. Answers the row it came to. */
  foldAndTell(
    table: Table,
    sets: Sets,
    columns: readonly Column[],
    kinds: Uint8Array,
    slots: Int32Array,
    from: number,
    length: number,
    out: ChunkBuilder,
    outSlots: Int32Array,
  ): number
  /** Writes the net changes of `touched[from, count)`, until the output is full. Answers where it came to. */
  tell(
    table: Table,
    sets: Sets,
    touched: Int32Array,
    from: number,
    count: number,
    out: ChunkBuilder,
    outSlots: Int32Array,
  ): number
  /** Writes the rows of the groups `slots[from, count)` as inserts, until the output is full. Answers where it came to. */
  results(
    table: Table,
    sets: Sets,
    slots: Int32Array,
    from: number,
    count: number,
    out: ChunkBuilder,
    outSlots: Int32Array,
  ): number
}

export function compileAggregates(spec: AggregateSpec): AggregateCode {
  const writer = new AggregateWriter(spec)
  const compiled = <F>(file: string, code: Js): F => {
    const unit: Compiled<F> = compile<F>(`${spec.name}/${file}.js`, code, writer.scope)
    spec.onCompiled(unit)
    return unit.run
  }
  return {
    values: writer.values,
    markAt: writer.markAt,
    sets: writer.accumulators.sets,
    fold: compiled('fold', writer.fold()),
    results: compiled('results', writer.results()),
    foldNet: spec.tells ? compiled('fold-net', writer.foldNet()) : unused,
    tellNet: spec.tells ? compiled('tell-net', writer.tellNet()) : unused,
    foldAndTell: spec.tells ? compiled('fold-and-tell', writer.foldAndTell()) : unused,
    tell: spec.tells ? compiled('tell', writer.tell()) : unused,
  }
}

const unused = (): never => {
  throw new EvaluationError('INTERNAL', 'an aggregate that tells at the end has no changes to tell')
}

class AggregateWriter {
  readonly accumulators: Accumulators
  readonly values: Field[]
  readonly markAt: number
  readonly scope: Record<string, unknown>
  readonly #spec: AggregateSpec
  readonly #out: readonly Cells[]
  readonly #told: readonly Cells[]
  /** Results as they were before the chunk, by the order groups were touched. */
  readonly #was: readonly Cells[]
  /** Every row changes its group's row, or it is to be told anyway: nothing needs comparing. */
  readonly #always: boolean
  /** What downstream believes is needed: to be told again, or to be compared with. */
  readonly #needsBefore: boolean

  constructor(spec: AggregateSpec) {
    this.#spec = spec
    this.scope = { ...helpers, ...cellScope, valueAt, setResult, overflow }
    const names = new Names([...Object.keys(this.scope), ...LOCALS])
    this.accumulators = new Accumulators(spec.input, spec.calls, spec.retracting, names, this.scope)
    this.values = [...this.accumulators.fields]
    this.markAt = spec.tells ? this.values.push({ name: 'told', type: types.int(false) }) - 1 : -1
    this.#out = spec.results.map(field => cellsOf(field.type, names.fresh(`out_${field.name}`)))
    this.#told = spec.tells ? spec.results.map(field => cellsOf(field.type, names.fresh(`told_${field.name}`))) : []
    const counts = (call: AggregateCall) =>
      call.function.name === 'COUNT' &&
      !call.distinct &&
      call.filter === undefined &&
      call.args.every(i => !spec.input[i]!.type.nullable)
    this.#always = spec.resend || (!spec.retracting && spec.calls.some(counts))
    this.#needsBefore = spec.updateBefore || spec.retracting || !this.#always
    this.#was = spec.tells ? spec.results.map(field => cellsOf(field.type, names.fresh(`was_${field.name}`))) : []
    this.#told.forEach((cells, i) => this.values.push({ name: String(cells.name), type: spec.results[i]!.type }))
    for (const cells of this.#out) if (cells.storage === 'object') this.scope[String(sameOf(cells))] = equalValues(cells.type)
  }

  // ── the four functions ─────────────────────────────────────────────────────────────────────────────

  fold(): Js {
    const { tells } = this.#spec
    const save = js`if (told[slot] === 0) {
      if (rows[slot] > 0) {
        told[slot] = 2
        ${this.#write(this.#told, SLOT)}
      } else told[slot] = 1
    }`
    return js`
      function fold(table, sets, columns, kinds, slots, length) {
        ${this.#setUp({ input: true, told: tells })}
        for (let row = 0; row < length; row++) {
          const slot = slots[row]
          ${this.#ignored(js`rows[slot] > 0`)}
          ${tells ? save : []}
          ${this.#change()}
        }
      }`
  }

  foldNet(): Js {
    return js`
      function foldNet(table, sets, columns, kinds, slots, length, touched, stamps, stamp, was) {
        ${this.#setUp({ input: true, was: true })}
        let count = 0
        for (let row = 0; row < length; row++) {
          const slot = slots[row]
          ${this.#ignored(js`rows[slot] > 0`)}
          if (stamps[slot] !== stamp) {
            stamps[slot] = stamp
            if (rows[slot] > 0) {
              touched[count] = slot
              ${this.#needsBefore ? this.#write(this.#was, raw('count')) : []}
            } else touched[count] = ~slot
            count += 1
          }
          ${this.#change()}
        }
        return count
      }`
  }

  tellNet(): Js {
    const { updateBefore, retracting } = this.#spec
    const at = updateBefore ? N1 : N
    const same = this.#out.map((cells, i) => sameCell(cell(cells, at), cell(this.#was[i]!, raw('i'))))
    const before = this.#out.flatMap((cells, i) => copyCell(cell(cells, N), cell(this.#was[i]!, raw('i'))))
    const tell = [...(updateBefore ? [...before, ...this.#row(RowKind.UpdateBefore)] : []), ...this.#row(RowKind.UpdateAfter)]
    return js`
      function tellNet(table, sets, touched, from, count, was, out, outSlots) {
        ${this.#setUp({ out: true, was: true })}
        let n = out.length
        let i = from
        for (; i < count && n <= ${CHUNK_ROWS - 2}; i++) {
          let slot = touched[i]
          if (slot < 0) {
            slot = ~slot
            ${retracting ? js`if (rows[slot] === 0) continue` : []}
            ${this.#write(this.#out, N)}
            ${this.#row(RowKind.Insert)}
            continue
          }
          ${
            retracting
              ? js`if (rows[slot] === 0) {
            ${before}
            ${this.#row(RowKind.Delete)}
            continue
          }`
              : []
          }
          ${this.#write(this.#out, at)}
          ${this.#ifChanged(same, tell)}
        }
        out.length = n
        return i
      }`
  }

  foldAndTell(): Js {
    const { retracting } = this.#spec
    const told = js`if (existed) {
      ${this.#write(this.#out, N)}
    }`
    const insert = js`if (!existed) {
      ${this.#write(this.#out, N)}
      ${this.#row(RowKind.Insert)}
    }`
    const gone = js` else if (rows[slot] === 0) {
      ${this.#row(RowKind.Delete)}
    }`
    return js`
      function foldAndTell(table, sets, columns, kinds, slots, from, length, out, outSlots) {
        ${this.#setUp({ input: true, out: true })}
        let n = out.length
        let row = from
        for (; row < length && n <= ${CHUNK_ROWS - 2}; row++) {
          const slot = slots[row]
          ${this.#ignored(js`existed`, js`const existed = rows[slot] > 0`)}
          ${this.#needsBefore ? told : []}
          ${this.#change()}
          ${insert}${retracting ? gone : js``}${this.#update()}
        }
        out.length = n
        return row
      }`
  }

  tell(): Js {
    const saved = this.#out.flatMap((cells, i) => copyCell(cell(cells, N), cell(this.#told[i]!, SLOT)))
    return js`
      function tell(table, sets, slots, from, count, out, outSlots) {
        ${this.#setUp({ out: true, told: true })}
        let n = out.length
        let i = from
        for (; i < count && n <= ${CHUNK_ROWS - 2}; i++) {
          const slot = slots[i]
          const mark = told[slot]
          told[slot] = 0
          if (mark === 1) {
            if (rows[slot] === 0) continue
            ${this.#write(this.#out, N)}
            ${this.#row(RowKind.Insert)}
            continue
          }
          ${saved}
          if (rows[slot] === 0) {
            ${this.#row(RowKind.Delete)}
          }${this.#update()}
        }
        out.length = n
        return i
      }`
  }

  results(): Js {
    return js`
      function results(table, sets, slots, from, count, out, outSlots) {
        ${this.#setUp({ out: true })}
        let n = out.length
        let i = from
        for (; i < count && n < ${CHUNK_ROWS}; i++) {
          const slot = slots[i]
          ${this.#write(this.#out, N)}
          outSlots[n] = slot
          n += 1
        }
        out.length = n
        return i
      }`
  }

  // ── their parts ────────────────────────────────────────────────────────────────────────────────────

  #setUp(needs: {
    readonly input?: boolean
    readonly out?: boolean
    readonly told?: boolean
    readonly was?: boolean
  }): readonly Js[] {
    const { stateSetUp, inputSetUp, setSetUp } = this.accumulators
    const lines = [...stateSetUp, ...setSetUp]
    if (needs.input) lines.push(...inputSetUp)
    if (needs.told) {
      lines.push(js`const told = table.values[${this.markAt}].ints`)
      const column = (i: number) => js`table.values[${this.markAt + 1 + i}]`
      lines.push(...this.#declare(this.#told, declareState, column))
    }
    if (needs.was) lines.push(...this.#declare(this.#was, declareColumn, i => js`was.columns[${i}]`))
    if (needs.out) {
      if (this.#spec.tells) lines.push(js`const out_kinds = out.kinds`)
      lines.push(...this.#declare(this.#out, declareColumn, i => js`out.columns[${this.#spec.resultsAt + i}]`))
    }
    return lines
  }

  /** The arrays of result columns; the column itself, too, for what is written value by value. */
  #declare(all: readonly Cells[], declare: (cells: Cells, expr: Js) => Js, column: (i: number) => Js): readonly Js[] {
    return all.flatMap((cells, i) => [
      declare(cells, column(i)),
      ...(this.accumulators.slowResults.has(i) ? [js`const ${cells.name}_column = ${column(i)}`] : []),
    ])
  }

  /** Rows that belong nowhere, and retractions of groups that are not there (they expired), are passed over. */
  #ignored(exists: Js, before?: Js): readonly Js[] {
    const { retracting, skips } = this.#spec
    const lines = skips ? [js`if (slot < 0) continue`] : []
    if (before !== undefined) lines.push(before)
    if (retracting) lines.push(js`const taken = (kinds[row] & 1) === 1`, js`if (taken && !(${exists})) continue`)
    return lines
  }

  /** The row goes into the accumulators, or is taken from them. */
  #change(): readonly Js[] {
    const add = [js`rows[slot] += 1`, ...guarded(this.accumulators.steps, 'add')]
    if (!this.#spec.retracting) return add
    const blanks = this.accumulators.fields.slice(1).map((_, i) => js`table.values[${i + 1}].blank(slot)`)
    const emptied =
      blanks.length === 0
        ? []
        : [
            js`if (rows[slot] === 0) {
      ${blanks}
    }`,
          ]
    return [
      js`if (taken) {
        rows[slot] -= 1
        ${guarded(this.accumulators.steps, 'subtract')}
        ${emptied}
      } else {
        ${add}
      }`,
    ]
  }

  /** The group's results as they are now, written to `to`. */
  #write(to: readonly Cells[], at: Js): readonly Js[] {
    return to.flatMap((cells, i) => this.accumulators.results[i]!(cell(cells, at)))
  }

  #row(kind: RowKind): readonly Js[] {
    return [js`out_kinds[n] = ${kind}`, js`outSlots[n] = slot`, js`n += 1`]
  }

  /** Row n holds what downstream believes: the new row comes behind it, or in its place, or not at all if it is equal. */
  #update(): Js {
    const { updateBefore } = this.#spec
    const same = this.#out.map(cells => sameCell(cell(cells, N), cell(cells, N1)))
    const pair = [...this.#row(RowKind.UpdateBefore), ...this.#row(RowKind.UpdateAfter)]
    const inPlace = [...this.#write(this.#out, N), ...this.#row(RowKind.UpdateAfter)]
    const after = updateBefore || !this.#always ? this.#write(this.#out, N1) : []
    const body = [...after, ...this.#ifChanged(same, updateBefore ? pair : inPlace)]
    return body.length === 0
      ? js``
      : js` else {
      ${body}
    }`
  }

  #ifChanged(same: readonly Js[], tell: readonly Js[]): readonly Js[] {
    if (this.#always) return tell
    if (same.length === 0) return []
    return [
      js`if (!(${same.reduce((a, b) => js`${a} && ${b}`)})) {
        ${tell}
      }`,
    ]
  }
}

const SLOT = raw('slot')
const N = raw('n')
const N1 = raw('(n + 1)')

/** Identifiers that the loops use themselves. */
const LOCALS =
  'table sets columns kinds slots length touched out outSlots out_kinds told was stamps stamp rows count row slot from i n mark existed taken'.split(
    ' ',
  )

/** The steps, those under the same guard together. */
function guarded(steps: readonly Step[], which: 'add' | 'subtract'): readonly Js[] {
  const blocks = new Map<string, { step: Step; lines: Js[] }>()
  for (const step of steps) {
    const key = `${step.guard.distinct} ${step.guard.conditions.map(String).join(' && ')}`
    const block = blocks.get(key)
    if (block === undefined) blocks.set(key, { step, lines: [...step[which]] })
    else block.lines.push(...step[which])
  }
  return [...blocks.values()].map(({ step: { guard }, lines }) => {
    if (guard.distinct !== undefined) return distinctBlock(raw(`set${guard.distinct}`), lines, which)
    if (guard.conditions.length === 0) return js`${lines}`
    return js`if (${guard.conditions.reduce((a, b) => js`${a} && ${b}`)}) {
      ${lines}
    }`
  })
}

/** Only the first row of a value comes in, and only its last retraction takes it out. */
function distinctBlock(set: Js, lines: readonly Js[], which: 'add' | 'subtract'): Js {
  const entry = js`${set}_entries[row]`
  const count = js`${set}_counts[${entry}]`
  const crossed = which === 'add' ? js`(${count} += 1) === 1` : js`${count} > 0 && (${count} -= 1) === 0`
  return js`if (${entry} >= 0 && ${crossed}) {
    ${lines}
  }`
}

interface SettableColumn {
  setValue?(at: number, value: Value): void
}

/** Writes a value into a column of a chunk or of state. */
function setResult(column: Column & SettableColumn, at: number, value: Value): void {
  if (column.setValue !== undefined) column.setValue(at, value)
  else setValue(column, at, value)
}

const overflow = (name: string, column: string): EvaluationError =>
  new EvaluationError('DECIMAL_OVERFLOW', `${name} does not fit 38 digits, and column '${column}' is NOT NULL`)
