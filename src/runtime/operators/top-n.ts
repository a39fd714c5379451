/**
 * The first rows of an order, kept as rows come and go. ORDER BY … LIMIT in a stream, and, with nothing to order by, LIMIT
 * over rows that may be taken away again (the order is then that of arrival).
 *
 *     ORDER BY amount DESC LIMIT 2
 *     in           rows            out
 *     +I ann 5     ann             +I ann 5
 *     +I bob 3     ann bob         +I bob 3
 *     +I eve 4     ann eve [bob]   -D bob 3, +I eve 4
 *     -D ann 5     eve bob         -D ann 5, +I bob 3
 *
 * As Flink's rank without a number: +I for a row that comes in, -D (before it) for one that goes; of equal rows the first
 * that came stands first. With an OFFSET over rows that only come, a place whose row changes is told as -U and +U, also as
 * Flink does. Rows behind the last that counts are kept only when rows may be taken away. Told per chunk, while
 * the sources work off history, or at the end, only the difference to what was last told comes out; that is state.
 */
import type { Chunk } from '../../data/chunk.ts'
import { RowKind, retracts } from '../../data/row-kind.ts'
import type { EmitMode, PhysicalNode, SortKey } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import { RowStore } from '../state/row-store.ts'
import { Slots } from '../state/slots.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import type { OperatorContext } from './context.ts'
import { readNumbers, writeNumbers } from './numbers.ts'
import { type RowOrder, generateRowOrder } from './row-order.ts'
import { SlotWriter } from './slot-writer.ts'
import { SortedSlots } from './sorted-slots.ts'

export interface TopNSpec {
  readonly by: readonly SortKey[]
  readonly offset: number
  readonly limit: number | undefined
  readonly emit: EmitMode
  readonly retracting: boolean
  /** Is -U told? Then a row that is pushed to the next place by OFFSET is an update of that place, as Flink has it. */
  readonly updateBefore?: boolean
}

export class TopN implements Operator {
  readonly #from: number
  readonly #to: number
  readonly #emit: EmitMode
  readonly #shifts: boolean
  /** Rows by slot. Where rows may be taken away it also knows their hashes, to find them again. */
  readonly #store: Slots
  readonly #hashed: RowStore | undefined
  readonly #order: RowOrder
  readonly #sorted = new SortedSlots()
  readonly #writer: SlotWriter
  readonly #slot = new Int32Array(1)
  readonly #row = new Int32Array(1)
  #backlog = false
  /** The rows that downstream knows, while changes are held back; otherwise it knows those that count. */
  #told: Set<number> | undefined
  /** Rows that are gone and that downstream still knows. */
  readonly #gone = new Set<number>()

  constructor(node: Pick<PhysicalNode, 'schema'> & TopNSpec, context: OperatorContext) {
    this.#from = node.offset
    this.#to = node.limit === undefined ? Number.POSITIVE_INFINITY : node.offset + node.limit
    this.#emit = node.emit
    this.#shifts = node.updateBefore === true && node.offset > 0 && !node.retracting
    const options = { memory: context.memory, owner: context.name, onCompiled: context.onCompiled }
    this.#hashed = node.retracting ? new RowStore({ name: 'rows', schema: node.schema }, options) : undefined
    this.#store = this.#hashed ?? new Slots('rows', node.schema, options)
    this.#order = generateRowOrder(node.schema, node.by, context)
    this.#writer = new SlotWriter(this.#store, node.schema, context)
    this.#settleHolding()
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { columns, kinds, length } = chunk
    this.#store.reserve(length)
    this.#order.bindRows(columns)
    this.#order.bind(this.#store.columns)
    const hashes = this.#hashed?.hashRows(columns, length)
    for (let row = 0; row < length; row++) {
      if (kinds !== undefined && retracts(kinds[row]!)) this.#takeAway(chunk, row, hashes![row]!, output)
      else this.#add(chunk, row, hashes, output)
    }
    chunk.release()
    this.#finish(output)
  }

  onBacklog(backlog: boolean, output: Output): void {
    this.#backlog = backlog
    this.#finish(output)
  }

  onEnd(_input: number, output: Output): void {
    if (this.#told !== undefined) this.#tellDifference(this.#told, output)
    this.#writer.flush(output)
  }

  /** With LIMIT 0 nothing ever counts. */
  done(): boolean {
    return this.#from >= this.#to
  }

  snapshot(writer: StateWriter): void {
    this.#store.snapshot(writer)
    writeNumbers(writer, 'order', this.#sorted.range(0, this.#sorted.length))
    writeNumbers(writer, 'gone', [...this.#gone])
    if (this.#told !== undefined) writeNumbers(writer, 'told', [...this.#told])
  }

  restore(reader: StateReader): void {
    if (!this.#store.restore(reader)) return
    this.#sorted.fill(Int32Array.from(readNumbers(reader, 'order')!))
    for (const slot of readNumbers(reader, 'gone')!) this.#gone.add(slot)
    const told = readNumbers(reader, 'told')
    if (told !== undefined) this.#told = new Set(told)
  }

  close(): void {
    this.#writer.close()
    this.#store.close()
  }

  report(): OperatorReport {
    return { stateRows: this.#store.rows, stateBytes: this.#store.byteSize }
  }

  #add(chunk: Chunk, row: number, hashes: Int32Array | undefined, output: Output): void {
    const rank = this.#sorted.rankOf(this.#order, row, true)
    if (rank >= this.#to && hashes === undefined) return
    const slot = this.#insert(chunk, row, hashes)
    this.#sorted.insert(rank, slot)
    const evicted = this.#sorted.length > this.#to ? this.#sorted.at(this.#to) : -1
    if (this.#told === undefined && rank < this.#to) {
      if (this.#shifts) this.#tellShift(Math.max(rank, this.#from), output)
      else {
        if (evicted >= 0) this.#writer.tell(RowKind.Delete, evicted, output)
        this.#tellAt(RowKind.Insert, Math.max(rank, this.#from), output)
      }
    }
    if (evicted < 0 || hashes !== undefined) return
    this.#sorted.remove(this.#to)
    this.#end(evicted)
  }

  #takeAway(chunk: Chunk, row: number, hash: number, output: Output): void {
    const rank = this.#find(chunk, row, hash)
    // As Flink: a row that is not here, or no longer, is not taken away.
    if (rank < 0) return
    if (this.#told === undefined && rank < this.#to) {
      this.#tellAt(RowKind.Delete, Math.max(rank, this.#from), output)
      this.#tellAt(RowKind.Insert, this.#to, output)
    }
    this.#end(this.#sorted.remove(rank))
  }

  /** A row came in before `first`: each place from there on has the row that stood one place before. */
  #tellShift(first: number, output: Output): void {
    for (let rank = first; rank < Math.min(this.#to, this.#sorted.length); rank++) {
      const replaces = rank + 1 < this.#sorted.length
      if (replaces) this.#tellAt(RowKind.UpdateBefore, rank + 1, output)
      this.#tellAt(replaces ? RowKind.UpdateAfter : RowKind.Insert, rank, output)
    }
  }

  #tellAt(kind: RowKind, rank: number, output: Output): void {
    if (rank < this.#sorted.length) this.#writer.tell(kind, this.#sorted.at(rank), output)
  }

  #insert({ columns }: Chunk, row: number, hashes: Int32Array | undefined): number {
    const slot = this.#store.take()
    this.#slot[0] = slot
    this.#row[0] = row
    for (let i = 0; i < columns.length; i++) this.#store.columns[i]!.copyIn(this.#slot, 1, columns[i]!, this.#row)
    if (this.#hashed !== undefined) {
      this.#hashed.next[slot] = 0
      this.#hashed.prev[slot] = 0
      this.#hashed.hashes[slot] = hashes![row]!
    }
    // Text moves when it outgrows its arena.
    this.#order.bind(this.#store.columns)
    return slot
  }

  /** The rank of the first row that equals the chunk's, -1 when there is none. */
  #find({ columns }: Chunk, row: number, hash: number): number {
    const store = this.#hashed!
    const { hashes } = store
    return this.#sorted.search(this.#sorted.rankOf(this.#order, row, false), slot => {
      if (hashes[slot] === hash && store.find(columns, row, hash, slot) === slot) return 'here'
      return this.#order.compareRow(row, slot) === 0 ? 'further' : 'nowhere'
    })
  }

  #end(slot: number): void {
    if (this.#told?.has(slot)) this.#gone.add(slot)
    else this.#writer.release(slot)
  }

  /** Tells what is due after a call, and sees to what the next ones hold back. */
  #finish(output: Output): void {
    if (this.#told !== undefined && !this.#backlog && this.#emit !== 'at-end') this.#tellDifference(this.#told, output)
    this.#settleHolding()
    this.#writer.flush(output)
    this.#store.settle()
  }

  #settleHolding(): void {
    if (this.#backlog || this.#emit !== 'per-row') this.#told ??= new Set(this.#counting())
    else this.#told = undefined
  }

  #tellDifference(told: ReadonlySet<number>, output: Output): void {
    const counting = this.#counting()
    const now = new Set(counting)
    for (const slot of told) {
      if (now.has(slot)) continue
      this.#writer.tell(RowKind.Delete, slot, output)
      if (this.#gone.delete(slot)) this.#writer.release(slot)
    }
    for (const slot of counting) if (!told.has(slot)) this.#writer.tell(RowKind.Insert, slot, output)
    this.#told = now
  }

  /** The rows that count, in order. */
  #counting(): Int32Array {
    return this.#sorted.range(this.#from, this.#to)
  }
}
