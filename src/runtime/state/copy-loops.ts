/**
 * Rows copied between columns of chunks and columns of state. One loop per kind of array, over the bare arrays, so that
 * each sees one kind only, whatever schemas there are. To scatter is to write where the slots say, to gather to read there.
 */

/** The 32-bit words of 64-bit values. */
export const wordsOf = (values: BigInt64Array | Float64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2)

export function copyValid(
  to: Uint8Array,
  slots: Int32Array,
  count: number,
  from: Uint8Array | undefined,
  rows: Int32Array | undefined,
): void {
  if (from !== undefined) scatterBytes(to, slots, count, from, rows)
  else for (let i = 0; i < count; i++) to[slots[i]!] = 1
}

export function scatterBytes(
  to: Uint8Array,
  slots: Int32Array,
  count: number,
  from: Uint8Array,
  rows: Int32Array | undefined,
): void {
  if (rows === undefined) for (let i = 0; i < count; i++) to[slots[i]!] = from[i]!
  else for (let i = 0; i < count; i++) to[slots[i]!] = from[rows[i]!]!
}

export function scatterInts(
  to: Int32Array,
  slots: Int32Array,
  count: number,
  from: Int32Array,
  rows: Int32Array | undefined,
): void {
  if (rows === undefined) for (let i = 0; i < count; i++) to[slots[i]!] = from[i]!
  else for (let i = 0; i < count; i++) to[slots[i]!] = from[rows[i]!]!
}

export function scatterLongs(
  to: Int32Array,
  slots: Int32Array,
  count: number,
  from: Int32Array,
  rows: Int32Array | undefined,
): void {
  for (let i = 0; i < count; i++) {
    const slot = slots[i]! * 2
    const row = (rows === undefined ? i : rows[i]!) * 2
    to[slot] = from[row]!
    to[slot + 1] = from[row + 1]!
  }
}

export function gatherValid(to: Uint8Array, at: number, slots: Int32Array, count: number, from: Uint8Array | undefined): void {
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    to[at + i] = slot < 0 ? 0 : from === undefined ? 1 : from[slot]!
  }
}

/** One pass that the copying loops are spared: most lists have no row of NULLs. */
export function anyNegative(slots: Int32Array, count: number): boolean {
  let signs = 0
  for (let i = 0; i < count; i++) signs |= slots[i]!
  return signs < 0
}

export function gatherBytes(to: Uint8Array, at: number, slots: Int32Array, count: number, from: Uint8Array, gap: boolean): void {
  if (!gap) for (let i = 0; i < count; i++) to[at + i] = from[slots[i]!]!
  else for (let i = 0; i < count; i++) to[at + i] = slots[i]! < 0 ? 0 : from[slots[i]!]!
}

export function gatherInts(to: Int32Array, at: number, slots: Int32Array, count: number, from: Int32Array, gap: boolean): void {
  if (!gap) for (let i = 0; i < count; i++) to[at + i] = from[slots[i]!]!
  else for (let i = 0; i < count; i++) to[at + i] = slots[i]! < 0 ? 0 : from[slots[i]!]!
}

export function gatherDoubles(
  to: Float64Array,
  at: number,
  slots: Int32Array,
  count: number,
  from: Float64Array,
  gap: boolean,
): void {
  if (!gap) for (let i = 0; i < count; i++) to[at + i] = from[slots[i]!]!
  else for (let i = 0; i < count; i++) to[at + i] = slots[i]! < 0 ? 0 : from[slots[i]!]!
}

/** Straight from array to array, 64 bits move as they are. */
export function gatherLongs(
  to: BigInt64Array,
  at: number,
  slots: Int32Array,
  count: number,
  from: BigInt64Array,
  gap: boolean,
): void {
  if (!gap) for (let i = 0; i < count; i++) to[at + i] = from[slots[i]!]!
  else gatherWords(wordsOf(to), at, slots, count, wordsOf(from))
}

export function gatherWords(to: Int32Array, at: number, slots: Int32Array, count: number, from: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const slot = slots[i]! * 2
    to[2 * (at + i)] = slot < 0 ? 0 : from[slot]!
    to[2 * (at + i) + 1] = slot < 0 ? 0 : from[slot + 1]!
  }
}
