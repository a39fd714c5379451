/**
 * GROUP BY without a window: one accumulator row per group, and how each group's row changes.
 *
 *     in            groups         out
 *     +I ann 5      ann: 5         +I ann 5
 *     +I ann 2      ann: 7         -U ann 5, +U ann 7
 *     -D ann 5      ann: 2         -U ann 7, +U ann 2
 *     -D ann 2                     -D ann 2
 *
 * This is Flink's GroupAggFunction: a retraction of a group that is not there is dropped, an equal row is not told again
 * unless a TTL is set, and a group whose rows are all gone is deleted. When changes are told is the only difference
 * between modes: after each row, after each chunk, once at the end, or, while the sources work off history, not until they
 * are done. What was told last is kept with the group, so that a crash in between loses nothing.
 */
import { CHUNK_ROWS, type Chunk, ChunkBuilder, ALL_INSERTS } from '../../data/chunk.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { AggregateState } from './aggregate-state.ts'
import type { OperatorContext } from './context.ts'
import { readNumbers, writeNumbers } from './numbers.ts'

/** How many slots are looked at per chunk for state that has expired. */
const EXPIRY_SLOTS = 256

export class GroupAggregate implements Operator {
  readonly #node: PhysicalOf<'GroupAggregate'>
  readonly #context: OperatorContext
  readonly #state: AggregateState
  readonly #out: ChunkBuilder
  /** By row of `#out`: the group it is about. */
  readonly #outSlots = new Int32Array(CHUNK_ROWS)
  readonly #touched = new Int32Array(CHUNK_ROWS)
  /** By slot: the number of the chunk that touched it last. */
  #stamps = new Int32Array(0)
  #stamp = 0
  /** Results of touched groups as they were before the chunk. */
  readonly #was: ChunkBuilder
  readonly #tells: boolean
  /** The sources work off history: changes wait. */
  #holding = false
  /** Where the search for expired groups goes on. */
  #expiryAt = 0

  constructor(node: PhysicalOf<'GroupAggregate'>, context: OperatorContext) {
    this.#node = node
    this.#context = context
    this.#tells = node.emit !== 'at-end'
    const input = node.inputs[0]!.schema
    const { updateBefore, updateAfter } = node.traits.changes
    this.#state = new AggregateState(
      {
        input,
        key: node.groupBy.map(i => input[i]!),
        calls: node.calls,
        results: node.schema.slice(node.groupBy.length),
        resultsAt: node.groupBy.length,
        retracting: node.retracting,
        tells: this.#tells,
        updateBefore,
        resend: node.ttlMs > 0 && updateAfter,
        skips: false,
        ttlMs: this.#tells ? node.ttlMs : 0,
      },
      context,
    )
    this.#was = new ChunkBuilder(node.schema.slice(node.groupBy.length), context.pool, { kinds: false })
    this.#out = new ChunkBuilder(node.schema, context.pool, { kinds: this.#tells })
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const state = this.#state
    state.locate(
      this.#node.groupBy.map(i => chunk.columns[i]!),
      chunk.length,
    )
    if (state.table.ttlMs > 0) this.#expire(chunk.length)
    if (!this.#tells || this.#holding) state.fold(chunk)
    else if (this.#node.emit === 'per-row') this.#foldAndTell(chunk, output)
    else this.#foldAndTellNet(chunk, output)
    this.#send(output)
    state.sweep(chunk.length)
    chunk.release()
  }

  onBacklog(backlog: boolean, output: Output): void {
    if (!this.#tells) return
    if (this.#holding && !backlog) this.#tellHeldBack(output)
    this.#holding = backlog
  }

  onEnd(_input: number, output: Output): void {
    if (this.#tells) return this.onBacklog(false, output)
    if (this.#node.groupBy.length === 0) this.#state.ensureOnly()
    this.#tellAll(output)
  }

  snapshot(writer: StateWriter): void {
    this.#state.snapshot(writer)
    writeNumbers(writer, 'holding', [Number(this.#holding)])
  }

  restore(reader: StateReader): void {
    this.#state.restore(reader)
    this.#holding = readNumbers(reader, 'holding')?.[0] === 1
  }

  close(): void {
    this.#out.discard()
    this.#was.discard()
    this.#state.close()
  }

  report(): OperatorReport {
    const { stateRows, stateBytes } = this.#state
    return { stateRows, stateBytes, ...(this.#holding ? { waitsFor: 'the sources to reach the end of their history' } : {}) }
  }

  #foldAndTell(chunk: Chunk, output: Output): void {
    const { code, table, sets, slots } = this.#state
    this.#state.locateValues(chunk)
    const { columns, kinds = ALL_INSERTS, length } = chunk
    for (let row = 0; row < length;) {
      row = code.foldAndTell(table, sets, columns, kinds, slots, row, length, this.#out, this.#outSlots)
      if (row < length) this.#send(output)
    }
  }

  #foldAndTellNet(chunk: Chunk, output: Output): void {
    const { code, table, sets, slots } = this.#state
    this.#state.locateValues(chunk)
    if (this.#stamps.length < table.capacity) this.#stamps = new Int32Array(table.capacity)
    this.#stamp = (this.#stamp + 1) | 0 || 1
    const { columns, kinds = ALL_INSERTS, length } = chunk
    const was = this.#was
    for (const column of was.columns) if (column.storage === 'bytes') column.used = 0
    const count = code.foldNet(table, sets, columns, kinds, slots, length, this.#touched, this.#stamps, this.#stamp, was)
    for (let i = 0; i < count;) {
      i = code.tellNet(table, sets, this.#touched, i, count, was, this.#out, this.#outSlots)
      if (i < count) this.#send(output)
    }
  }

  /** Tells of every group that changed since changes were held back, and ends those that are gone. */
  #tellHeldBack(output: Output): void {
    const { table, sets, code } = this.#state
    const marks = table.values[code.markAt]!.ints
    this.#eachBatch(
      slot => marks[slot] !== 0,
      (slots, count) => {
        for (let i = 0; i < count;) {
          i = code.tell(table, sets, slots, i, count, this.#out, this.#outSlots)
          this.#send(output)
        }
        if (this.#node.groupBy.length > 0)
          for (let i = 0; i < count; i++) if (this.#state.rows[slots[i]!] === 0) this.#state.delete(slots[i]!)
      },
    )
  }

  /** The input has ended: every group's row, once. */
  #tellAll(output: Output): void {
    const { table, sets, code } = this.#state
    const empty = this.#node.groupBy.length === 0
    this.#eachBatch(
      slot => empty || this.#state.rows[slot]! > 0,
      (slots, count) => {
        code.results(table, sets, slots, 0, count, this.#out, this.#outSlots)
        this.#send(output)
      },
    )
  }

  #eachBatch(wanted: (slot: number) => boolean, use: (slots: Int32Array, count: number) => void): void {
    const { table } = this.#state
    let count = 0
    for (let slot = table.after(0); slot >= 0; slot = table.after(slot + 1)) {
      if (!wanted(slot)) continue
      this.#touched[count++] = slot
      if (count < CHUNK_ROWS) continue
      use(this.#touched, count)
      count = 0
    }
    if (count > 0) use(this.#touched, count)
  }

  /** Hands on what was written; the group columns are filled in here, column by column. */
  #send(output: Output): void {
    const out = this.#out
    if (out.length === 0) return
    const { keys } = this.#state.table
    for (let i = 0; i < keys.length; i++) keys[i]!.copyOut(this.#outSlots, out.length, out.columns[i]!, 0)
    output.emit(out.finish())
  }

  /**
   * Groups of this chunk that nobody wrote to for their TTL begin anew, without a word to downstream, whose state of them
   * expires as well; so do a few others, that they do not stay for ever.
   */
  #expire(length: number): void {
    const nowMs = this.#context.clock.nowMs()
    const { table, slots, code } = this.#state
    const fresh = new Set(table.fresh.subarray(0, table.freshCount))
    for (let row = 0; row < length; row++) {
      const slot = slots[row]!
      if (!fresh.has(slot) && table.expired(slot, nowMs)) this.#state.reset(slot)
      table.touch(slot, nowMs)
    }
    if (this.#holding || this.#node.groupBy.length === 0) return
    const marks = table.values[code.markAt]!.ints
    for (let i = 0; i < EXPIRY_SLOTS && table.top > 0; i++) {
      const slot = this.#expiryAt % table.top
      this.#expiryAt = slot + 1
      if (table.live[slot] === 1 && marks[slot] === 0 && table.expired(slot, nowMs)) this.#state.delete(slot)
    }
  }
}
