/**
 * How often each value occurs in each group: what DISTINCT keeps, and MIN and MAX where rows may be taken away. One table
 * for all groups; the entries of a group are linked, so that they go with it.
 *
 * The owner counts (`counts[entry]`, generated code does that in place) and calls `sweep` once per chunk, which ends
 * entries that came to zero. Entries are stable within a chunk.
 */
import type { Column } from '../../data/column.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import { compareDoubles } from '../../data/compare.ts'
import { type Schema, types } from '../../data/type.ts'
import type { StateOptions } from './slots.ts'
import type { StateReader, StateWriter } from './snapshot.ts'
import type { StateColumn } from './state-column.ts'
import { StateTable } from './state-table.ts'

const GROUP = { name: 'group', type: types.int(false) }

export class ValueSet {
  /** By row of the last `locate`: its entry, -1 for a row that was skipped. */
  readonly entries = new Int32Array(CHUNK_ROWS)
  readonly #table: StateTable
  /** By group: the first entry + 1 of its list. */
  #heads = new Int32Array(0)

  constructor(name: string, values: Schema, options: StateOptions) {
    const value = [
      { name: 'count', type: types.double(false) },
      { name: 'next', type: types.int(false) },
      { name: 'prev', type: types.int(false) },
      { name: 'queued', type: types.int(false) },
    ]
    this.#table = new StateTable({ name, key: [GROUP, ...values], value, bound: 'one row per value and group' }, options)
  }

  /** By entry, how often the value is there. Replaced by `locate`. */
  get counts(): Float64Array {
    return this.#table.values[0]!.doubles
  }

  get rows(): number {
    return this.#table.rows
  }

  get byteSize(): number {
    return this.#table.byteSize
  }

  /** The column of the first value, by entry. */
  get value(): StateColumn {
    return this.#table.keys[1]!
  }

  /** By entry, 1 while it stands in its group's queue. */
  protected get queued(): Int32Array {
    return this.#table.values[3]!.ints
  }

  /** Finds the entry of each row's group and values, and makes it with a count of 0 where there is none. */
  locate(groups: Int32Array, values: readonly Column[], length: number, skip: Uint8Array): void {
    const group: Column = { storage: 'i32', type: GROUP.type, values: groups, valid: undefined }
    this.#table.locate([group, ...values], length, this.entries, skip)
    for (let i = 0; i < this.#table.freshCount; i++) this.#link(this.#table.fresh[i]!)
  }

  #link(entry: number): void {
    const group = this.groupOf(entry)
    if (group >= this.#heads.length) {
      const heads = new Int32Array(Math.max(16, 2 ** Math.ceil(Math.log2(group + 1))))
      heads.set(this.#heads)
      this.#heads = heads
    }
    const [, next, prev] = this.#table.values
    const first = this.#heads[group]!
    next!.ints[entry] = first
    prev!.ints[entry] = 0
    if (first !== 0) prev!.ints[first - 1] = entry + 1
    this.#heads[group] = entry + 1
  }

  protected groupOf(entry: number): number {
    return this.#table.keys[0]!.ints[entry]!
  }

  /** Ends the entries of the last `locate` that nobody counts any more. */
  sweep(length: number): void {
    for (let row = 0; row < length; row++) if (this.entries[row]! >= 0) this.endIfUnused(this.entries[row]!)
    this.#table.settle()
  }

  protected endIfUnused(entry: number): void {
    if (this.#table.live[entry] === 1 && this.counts[entry]! <= 0 && this.queued[entry] === 0) this.#end(entry)
  }

  #end(entry: number): void {
    const nexts = this.#table.values[1]!.ints
    const prevs = this.#table.values[2]!.ints
    const [next, prev] = [nexts[entry]!, prevs[entry]!]
    if (prev === 0) this.#heads[this.groupOf(entry)] = next
    else nexts[prev - 1] = next
    if (next !== 0) prevs[next - 1] = prev
    this.#table.delete(entry)
  }

  /** Ends all entries of a group. */
  deleteGroup(group: number): void {
    if (group >= this.#heads.length) return
    while (this.#heads[group] !== 0) this.#end(this.#heads[group]! - 1)
  }

  snapshot(writer: StateWriter): void {
    this.#table.snapshot(writer)
  }

  restore(reader: StateReader): void {
    if (!this.#table.restore(reader)) return
    this.#heads.fill(0)
    for (let entry = this.#table.after(0); entry >= 0; entry = this.#table.after(entry + 1)) {
      this.#link(entry)
      this.restored(entry)
    }
  }

  /** An entry that came back from a snapshot. */
  protected restored(_entry: number): void {}

  close(): void {
    this.#table.close()
  }
}

/** The live entries of one group, the best on top. */
interface Queue {
  /** A binary heap of entries. Some may have come to a count of 0 since: they go when they reach the top, or when they are too many. */
  heap: Int32Array
  size: number
  live: number
}

/**
 * A value set that knows the least or the greatest value of each group: a heap of entries per group, in which values that
 * are gone stay until they surface. Adding and taking away cost log n, whatever the order.
 */
export class OrderedValueSet extends ValueSet {
  readonly #queues: (Queue | undefined)[] = []
  readonly #better: (a: number, b: number) => boolean
  /** Entries that left a queue since the last sweep. */
  readonly #unqueued: number[] = []

  constructor(name: string, values: Schema, kind: 'min' | 'max', options: StateOptions) {
    super(name, values, options)
    const compare = comparerOf(this.value)
    this.#better = kind === 'min' ? (a, b) => compare(a, b) < 0 : (a, b) => compare(a, b) > 0
  }

  add(group: number, entry: number): void {
    this.counts[entry]! += 1
    if (this.counts[entry] === 1) this.#enqueue(group, entry)
  }

  remove(group: number, entry: number): void {
    if (this.counts[entry]! <= 0) return
    this.counts[entry]! -= 1
    if (this.counts[entry] === 0) this.#dropDead(this.#queues[group]!)
  }

  /** The entry with the group's best value, -1 when the group has none. */
  best(group: number): number {
    const queue = this.#queues[group]
    if (queue === undefined) return -1
    while (queue.size > 0 && this.counts[queue.heap[0]!]! <= 0) this.#pop(queue)
    return queue.size === 0 ? -1 : queue.heap[0]!
  }

  override sweep(length: number): void {
    for (const entry of this.#unqueued) this.endIfUnused(entry)
    this.#unqueued.length = 0
    super.sweep(length)
  }

  override deleteGroup(group: number): void {
    this.#queues[group] = undefined
    super.deleteGroup(group)
  }

  protected override restored(entry: number): void {
    this.queued[entry] = 0
    if (this.counts[entry]! > 0) this.#enqueue(this.groupOf(entry), entry)
    else this.#unqueued.push(entry)
  }

  #enqueue(group: number, entry: number): void {
    const queue = (this.#queues[group] ??= { heap: new Int32Array(4), size: 0, live: 0 })
    queue.live += 1
    if (this.queued[entry] === 1) return
    this.queued[entry] = 1
    if (queue.size === queue.heap.length) {
      const heap = new Int32Array(queue.size * 2)
      heap.set(queue.heap)
      queue.heap = heap
    }
    this.#rise(queue.heap, queue.size++, entry)
  }

  #pop(queue: Queue): void {
    this.#unqueue(queue.heap[0]!)
    queue.size -= 1
    if (queue.size > 0) this.#sink(queue, 0, queue.heap[queue.size]!)
  }

  #unqueue(entry: number): void {
    this.queued[entry] = 0
    this.#unqueued.push(entry)
  }

  /** Takes what is dead out of a queue in which it is the most. */
  #dropDead(queue: Queue): void {
    queue.live -= 1
    if (queue.size < 16 || queue.live * 2 > queue.size) return
    let kept = 0
    for (let i = 0; i < queue.size; i++) {
      const entry = queue.heap[i]!
      if (this.counts[entry]! > 0) queue.heap[kept++] = entry
      else this.#unqueue(entry)
    }
    queue.size = kept
    for (let i = (kept >> 1) - 1; i >= 0; i--) this.#sink(queue, i, queue.heap[i]!)
  }

  #rise(heap: Int32Array, from: number, entry: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#better(entry, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  #sink({ heap, size }: Queue, from: number, entry: number): void {
    let at = from
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#better(heap[child + 1]!, heap[child]!)) child += 1
      if (!this.#better(heap[child]!, entry)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = entry
  }
}

/** The order of two entries' values, neither NULL. Doubles as `java.lang.Double.compare`. */
function comparerOf(column: StateColumn): (a: number, b: number) => number {
  switch (column.storage) {
    case 'bool':
      return (a, b) => column.bools[a]! - column.bools[b]!
    case 'i32':
      return (a, b) => (column.ints[a]! < column.ints[b]! ? -1 : Number(column.ints[a]! > column.ints[b]!))
    case 'f64':
      return (a, b) => compareDoubles(column.doubles[a]!, column.doubles[b]!)
    case 'i64':
      return (a, b) => compareLongs(column.words, a, b)
    case 'ts':
      return (a, b) => compareLongs(column.words, a, b) || column.ints[a]! - column.ints[b]!
    case 'i128':
      return (a, b) => compareLongs(column.highWords, a, b) || compareUnsigned(column.words, a, b)
    case 'bytes':
      return (a, b) => compareText(column, a, b)
    case 'object':
      return () => 0
  }
}

const compareLongs = (words: Int32Array, a: number, b: number): number =>
  words[2 * a + 1]! - words[2 * b + 1]! || (words[2 * a]! >>> 0) - (words[2 * b]! >>> 0)

const compareUnsigned = (words: Int32Array, a: number, b: number): number =>
  (words[2 * a + 1]! >>> 0) - (words[2 * b + 1]! >>> 0) || (words[2 * a]! >>> 0) - (words[2 * b]! >>> 0)

function compareText({ bytes, starts, ends }: StateColumn, a: number, b: number): number {
  const [from, to] = [starts[a]!, starts[b]!]
  const [size, otherSize] = [ends[a]! - from, ends[b]! - to]
  const length = Math.min(size, otherSize)
  for (let i = 0; i < length; i++) {
    const difference = bytes[from + i]! - bytes[to + i]!
    if (difference !== 0) return difference
  }
  return size - otherSize
}
