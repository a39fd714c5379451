/**
 * Stored rows in their order, by rank: a sorted list cut into blocks, so that a row comes in or goes with one short shift.
 *
 *     blocks  [3 9 4] [7 1] [8]      rank 3 is slot 7
 */
import { assert } from '../../base/assert.ts'
import type { RowOrder } from './row-order.ts'

const BLOCK = 512

interface Block {
  readonly slots: Int32Array
  count: number
}

export class SortedSlots {
  #blocks: Block[] = []
  length = 0

  /** The slot of the row that `rank` rows stand before. */
  at(rank: number): number {
    const [block, index] = this.#find(rank)
    return block.slots[index]!
  }

  /** How many rows stand before the chunk's `row` (bound to `order`): with `past`, equal ones among them. */
  rankOf(order: RowOrder, row: number, past: boolean): number {
    const limit = past ? -1 : 0
    let rank = 0
    for (const { slots, count } of this.#blocks) {
      if (order.compareRow(row, slots[count - 1]!) > limit) {
        rank += count
        continue
      }
      let low = 0
      for (let high = count - 1; low < high;) {
        const middle = (low + high) >> 1
        if (order.compareRow(row, slots[middle]!) > limit) low = middle + 1
        else high = middle
      }
      return rank + low
    }
    return rank
  }

  insert(rank: number, slot: number): void {
    if (this.#blocks.length === 0) this.#blocks.push({ slots: new Int32Array(BLOCK), count: 0 })
    let at = 0
    let index = rank
    while (index > this.#blocks[at]!.count) index -= this.#blocks[at++]!.count
    if (this.#blocks[at]!.count === BLOCK) {
      this.#split(at)
      if (index > this.#blocks[at]!.count) index -= this.#blocks[at++]!.count
    }
    const block = this.#blocks[at]!
    block.slots.copyWithin(index + 1, index, block.count)
    block.slots[index] = slot
    block.count += 1
    this.length += 1
  }

  /** Takes the row of a rank out and answers its slot. */
  remove(rank: number): number {
    const [block, index] = this.#find(rank)
    const slot = block.slots[index]!
    block.slots.copyWithin(index, index + 1, block.count)
    block.count -= 1
    this.length -= 1
    if (block.count === 0) this.#blocks.splice(this.#blocks.indexOf(block), 1)
    return slot
  }

  /** The rank of the first row from `rank` on that is `here`; -1 when one before it says `nowhere`, or none is left. */
  search(rank: number, test: (slot: number) => 'here' | 'further' | 'nowhere'): number {
    let before = 0
    for (const { slots, count } of this.#blocks) {
      for (let i = Math.max(rank - before, 0); i < count; i++) {
        const answer = test(slots[i]!)
        if (answer !== 'further') return answer === 'here' ? before + i : -1
      }
      before += count
    }
    return -1
  }

  /** The slots from rank `from` up to `to`. */
  range(from: number, to: number): Int32Array {
    const into = new Int32Array(Math.max(0, Math.min(to, this.length) - from))
    let rank = 0
    for (const { slots, count } of this.#blocks) {
      const [first, last] = [Math.max(from - rank, 0), Math.min(to - rank, count)]
      if (first < last) into.set(slots.subarray(first, last), rank + first - from)
      rank += count
    }
    return into
  }

  /** Slots that are in order already. */
  fill(slots: Int32Array): void {
    this.#blocks = []
    this.length = slots.length
    for (let from = 0; from < slots.length; from += BLOCK / 2) {
      const part = slots.subarray(from, from + BLOCK / 2)
      const block = { slots: new Int32Array(BLOCK), count: part.length }
      block.slots.set(part)
      this.#blocks.push(block)
    }
  }

  #find(rank: number): [Block, number] {
    assert(rank >= 0 && rank < this.length, 'a rank is below the number of rows')
    let index = rank
    for (const block of this.#blocks) {
      if (index < block.count) return [block, index]
      index -= block.count
    }
    return assert(false, 'blocks hold as many rows as they say') as never
  }

  #split(at: number): void {
    const { slots } = this.#blocks[at]!
    const [first, second] = [new Int32Array(BLOCK), new Int32Array(BLOCK)]
    first.set(slots.subarray(0, BLOCK / 2))
    second.set(slots.subarray(BLOCK / 2))
    this.#blocks.splice(at, 1, { slots: first, count: BLOCK / 2 }, { slots: second, count: BLOCK / 2 })
  }
}
