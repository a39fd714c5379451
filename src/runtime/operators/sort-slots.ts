/**
 * Stored rows in order, equal ones as they stood. Most comparisons are between two numbers that lie side by side and move
 * along with the slots; only where those are equal are the rows themselves looked at, all over memory.
 */
import type { RowOrder } from './row-order.ts'

/** Runs that are sorted by insertion before they are merged. */
const RUN = 8

interface Part {
  readonly slots: Int32Array
  readonly keys: Float64Array
}

/** `order` is bound to the rows' store. */
export function sortSlots(slots: Int32Array, order: RowOrder): void {
  const count = slots.length
  let source: Part = { slots, keys: new Float64Array(count) }
  let target: Part = { slots: new Int32Array(count), keys: new Float64Array(count) }
  order.leading(slots, source.keys, count)
  for (let from = 0; from < count; from += RUN) sortRun(source, from, Math.min(from + RUN, count), order)
  for (let width = RUN; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width) {
      merge(source, target, from, Math.min(from + width, count), Math.min(from + 2 * width, count), order)
    }
    ;[source, target] = [target, source]
  }
  if (source.slots !== slots) slots.set(source.slots)
}

function sortRun({ slots, keys }: Part, from: number, to: number, order: RowOrder): void {
  for (let i = from + 1; i < to; i++) {
    const slot = slots[i]!
    const key = keys[i]!
    let j = i - 1
    for (; j >= from && (keys[j]! > key || (keys[j] === key && order.compare(slots[j]!, slot) > 0)); j--) {
      slots[j + 1] = slots[j]!
      keys[j + 1] = keys[j]!
    }
    slots[j + 1] = slot
    keys[j + 1] = key
  }
}

/** Two runs, `[from, middle)` and `[middle, to)`, into one. */
function merge(source: Part, target: Part, from: number, middle: number, to: number, order: RowOrder): void {
  const { slots, keys } = source
  const { slots: toSlots, keys: toKeys } = target
  let left = from
  let right = middle
  for (let out = from; out < to; out++) {
    const takesLeft =
      right >= to ||
      (left < middle &&
        (keys[left]! < keys[right]! || (keys[left] === keys[right] && order.compare(slots[left]!, slots[right]!) <= 0)))
    const at = takesLeft ? left++ : right++
    toSlots[out] = slots[at]!
    toKeys[out] = keys[at]!
  }
}
