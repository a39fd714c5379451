/**
 * The groups of an aggregation: a state table of accumulators, the value sets that DISTINCT and retracting MIN and MAX
 * need, and the generated code over both. Shared by the operators that group with and without windows.
 */
import { ALL_INSERTS, CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { type Column, isNullAt } from '../../data/column.ts'
import type { Schema } from '../../data/type.ts'
import { type AggregateCode, type AggregateSpec, type SetSpec, compileAggregates } from '../codegen/aggregates.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { StateTable } from '../state/state-table.ts'
import { OrderedValueSet, ValueSet } from '../state/value-set.ts'
import type { OperatorContext } from './context.ts'

export interface AggregateStateSpec extends Omit<AggregateSpec, 'name' | 'onCompiled'> {
  readonly key: Schema
  readonly ttlMs: number
}

export class AggregateState {
  readonly code: AggregateCode
  readonly table: StateTable
  readonly sets: readonly ValueSet[]
  /** By row of the chunk at hand: its group, -1 for a row that belongs nowhere. */
  readonly slots = new Int32Array(CHUNK_ROWS)
  readonly #spec: AggregateStateSpec
  readonly #skip = new Uint8Array(CHUNK_ROWS)

  constructor(spec: AggregateStateSpec, context: OperatorContext) {
    this.#spec = spec
    const { name, memory } = context
    this.code = compileAggregates({ ...spec, name, onCompiled: c => context.onCompiled(c) })
    const options = { memory, owner: name, onCompiled: context.onCompiled.bind(context) }
    const ttl = spec.ttlMs > 0 ? { ttlMs: spec.ttlMs } : {}
    this.table = new StateTable(
      { name: 'groups', key: spec.key, value: this.code.values, bound: 'one row per group', ...ttl },
      options,
    )
    this.sets = this.code.sets.map((set, i) => {
      const values = set.args.map(arg => spec.input[arg]!)
      return set.kind === 'distinct'
        ? new ValueSet(`set-${i}`, values, options)
        : new OrderedValueSet(`set-${i}`, values, set.kind, options)
    })
  }

  /** How many rows a group has. Replaced by `locate`. */
  get rows(): Float64Array {
    return this.table.values[0]!.doubles
  }

  get stateRows(): number {
    return this.sets.reduce((sum, set) => sum + set.rows, this.table.rows)
  }

  get stateBytes(): number {
    return this.sets.reduce((sum, set) => sum + set.byteSize, this.table.byteSize)
  }

  /** Finds the group of every row that is not skipped, and makes those that are not there. Writes `slots`. */
  locate(keys: readonly Column[], length: number, skip?: Uint8Array): void {
    if (keys.length > 0) this.table.locate(keys, length, this.slots, skip)
    else this.#locateOnly(length)
  }

  /** Without a key there is one group. */
  #locateOnly(length: number): void {
    this.ensureOnly()
    this.slots.fill(0, 0, length)
  }

  /** Makes the one group that there is without a key. */
  ensureOnly(): void {
    if (this.table.top > 0) this.table.freshCount = 0
    else this.table.locate([], 1, this.slots)
  }

  /** Takes the chunk's rows into their groups and tells nothing. */
  fold(chunk: Chunk): void {
    this.locateValues(chunk)
    const { columns, kinds, length } = chunk
    this.code.fold(this.table, this.sets, columns, kinds ?? ALL_INSERTS, this.slots, length)
  }

  /** Finds the entries of every row in the value sets. After `locate`. */
  locateValues(chunk: Chunk): void {
    this.code.sets.forEach((spec, i) => {
      const values = spec.args.map(arg => chunk.columns[arg]!)
      this.#markSkipped(spec, values, chunk)
      this.sets[i]!.locate(this.slots, values, chunk.length, this.#skip)
    })
  }

  #markSkipped(spec: SetSpec, values: readonly Column[], chunk: Chunk): void {
    const { slots } = this
    const skip = this.#skip
    for (let row = 0; row < chunk.length; row++) skip[row] = slots[row]! < 0 ? 1 : 0
    for (const { valid } of values) {
      if (valid !== undefined) for (let row = 0; row < chunk.length; row++) if (valid[row] === 0) skip[row] = 1
    }
    if (spec.filter === undefined) return
    const filter = chunk.columns[spec.filter]! as Column & { storage: 'bool' }
    for (let row = 0; row < chunk.length; row++) if (filter.values[row] !== 1 || isNullAt(filter, row)) skip[row] = 1
  }

  /** After a chunk: ends values that are gone. */
  sweepSets(length: number): void {
    for (const set of this.sets) set.sweep(length)
  }

  /** Lets text be compacted, and squares the memory budget. */
  settle(): void {
    this.table.settle()
  }

  /** After a chunk: ends what has come to nothing among the groups of its rows. */
  sweep(length: number): void {
    this.sweepSets(length)
    if (this.#spec.retracting && this.#spec.key.length > 0) {
      const { rows, slots, table } = this
      const marks = this.code.markAt < 0 ? undefined : table.values[this.code.markAt]!.ints
      for (let row = 0; row < length; row++) {
        const slot = slots[row]!
        if (slot >= 0 && rows[slot] === 0 && table.live[slot] === 1 && (marks === undefined || marks[slot]! < 2))
          this.delete(slot)
      }
    }
    this.settle()
  }

  /** Ends a group with all that is kept of it. */
  delete(slot: number): void {
    for (const set of this.sets) set.deleteGroup(slot)
    this.table.delete(slot)
  }

  /** A group begins anew: its state has expired. */
  reset(slot: number): void {
    for (const set of this.sets) set.deleteGroup(slot)
    for (const column of this.table.values) column.blank(slot)
  }

  snapshot(writer: StateWriter): void {
    this.table.snapshot(writer)
    for (const set of this.sets) set.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.table.restore(reader)
    for (const set of this.sets) set.restore(reader)
  }

  close(): void {
    this.table.close()
    for (const set of this.sets) set.close()
  }
}
