/** Text functions over UTF-8 as columns hold it, without a string in between: what generated code calls. */
import { readText } from '../../data/text.ts'

/** Every byte but a continuation byte begins a code point. */
export function countPoints(bytes: Uint8Array, start: number, end: number): number {
  let continued = 0
  for (let i = start; i < end; i++) continued += (bytes[i]! & 0xc0) === 0x80 ? 1 : 0
  return end - start - continued
}

/** Where the code point number `count` (from 0) begins. */
function skipPoints(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start
  for (let n = 0; n < count && at < end; n++) {
    const lead = bytes[at]!
    at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  }
  return Math.min(at, end)
}

/** `substring` of `code-points.ts`. */
export function substringView(bytes: Uint8Array, start: number, end: number, from: number, length: number): string | null {
  if (length < 0) return null
  let at: number
  if (from < 0) {
    const skipped = countPoints(bytes, start, end) + from
    if (skipped < 0) return ''
    at = skipPoints(bytes, start, end, skipped)
  } else at = skipPoints(bytes, start, end, from === 0 ? 0 : from - 1)
  return readText(bytes, at, skipPoints(bytes, at, end, length))
}

/** Piece number `index` (from 0) between separators; NULL when there are fewer, and for empty text. */
export function pieceOfView(bytes: Uint8Array, start: number, end: number, separator: Uint8Array, index: number): string | null {
  if (index < 0 || start === end) return null
  let at = start
  for (let n = 0; n < index; n++) {
    const found = findBytes(bytes, at, end, separator)
    if (found < 0) return null
    at = found + separator.length
  }
  const found = findBytes(bytes, at, end, separator)
  return readText(bytes, at, found < 0 ? end : found)
}

/** Where `part` stands in `bytes[start, end)`; -1 if nowhere. */
export function findBytes(bytes: Uint8Array, start: number, end: number, part: Uint8Array): number {
  const first = part[0]
  if (first === undefined) return start
  const { length } = part
  for (let at = start, last = end - length; at <= last; at++) {
    if (bytes[at] !== first) continue
    let i = 1
    while (i < length && bytes[at + i] === part[i]) i++
    if (i === length) return at
  }
  return -1
}

/** Does `part` stand at `at`? The caller has seen to it that there is room. */
export function bytesAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false
  return true
}
