/** What decoders ask of a number that was just stored. */

/** Fits TINYINT (`limit` 128) or SMALLINT (32768). */
export const isShortInt = (value: number, limit: number): boolean => value >= -limit && value < limit

/** Makes the double at `row` the nearest 32-bit float. */
export function roundToFloat(doubles: Float64Array, row: number): true {
  doubles[row] = Math.fround(doubles[row]!)
  return true
}

/** `true` or `false` and nothing else, as 1 or 0. */
export function readBoolean(view: DataView, from: number, to: number, bools: Uint8Array, row: number): boolean {
  const word = view.getInt32(from, true)
  if (to - from === 4 && word === WORD_TRUE) bools[row] = 1
  else if (to - from === 5 && word === WORD_FALS && view.getUint8(from + 4) === 0x65) bools[row] = 0
  else return false
  return true
}

/** The words `true` and `fals` as a little-endian 32-bit number. */
const WORD_TRUE = 0x65757274
const WORD_FALS = 0x736c6166
