/**
 * Text as Flink counts it: by code points, though JavaScript's strings count UTF-16 units. Positions are 1-based.
 *
 *     substring('h😀llo', 2, 2)   '😀l'
 *     indexOf('h😀a', 'a', 1)     3
 *
 * Where Flink itself counts UTF-16 units (LPAD, OVERLAY, SPLIT by '') the functions are in `string.ts`, and halves of a
 * pair become '?', as Java writes them.
 */

const surrogates = /[\ud800-\udfff]/
/** One pass in native code; most text has none. */
const isPlain = (text: string): boolean => !surrogates.test(text)

export function lengthOf(text: string): number {
  let pairs = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      pairs++
      i++
    }
  }
  return text.length - pairs
}

/** Where the code point number `count` (from 0) begins; the length of the text when it has fewer. */
function offsetOf(text: string, count: number): number {
  let at = 0
  for (let n = 0; n < count && at < text.length; n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** From 1; 0 counts as 1; negative from the end; a start outside the text gives ''. NULL for a negative length. */
export function substring(text: string, start: number, length: number = Infinity): string | null {
  if (length < 0) return null
  const plain = isPlain(text)
  const count = plain ? text.length : lengthOf(text)
  const from = start > 0 ? start - 1 : start < 0 ? count + start : 0
  if (from < 0 || from >= count) return ''
  const to = Math.min(count, from + length)
  return plain ? text.slice(from, to) : text.slice(offsetOf(text, from), offsetOf(text, to))
}

export const left = (text: string, count: number): string => (count <= 0 ? '' : substring(text, 1, count)!)
export const right = (text: string, count: number): string =>
  count <= 0 ? '' : count < lengthOf(text) ? substring(text, -count)! : text

/** Where `part` is found at or behind `start`, from 1; 0 if nowhere. '' is found at 1, wherever one starts. */
export function indexOf(text: string, part: string, start: number = 1): number {
  if (part === '') return 1
  if (isPlain(text)) return text.indexOf(part, start - 1) + 1
  const at = text.indexOf(part, offsetOf(text, Math.max(start, 1) - 1))
  return at < 0 ? 0 : lengthOf(text.slice(0, at)) + 1
}

/** The `nth` find; a negative start looks from the end towards the beginning. */
export function nthIndexOf(text: string, part: string, start: number, nth: number): number {
  if (start === 0) return 0
  if (start < 0) {
    const found = nthIndexOf(reverse(text), reverse(part), -start, nth)
    return found === 0 ? 0 : lengthOf(text) + 2 - found - lengthOf(part)
  }
  let found = 0
  for (let i = 0, from = start; i < nth; i++, from = found + 1) {
    found = indexOf(text, part, from)
    if (found === 0) return 0
  }
  return found
}

export const reverse = (text: string): string => Array.from(text).toReversed().join('')

/** Takes characters of `set` off the ends. */
export function trim(text: string, set: string, side: 'BOTH' | 'LEADING' | 'TRAILING'): string {
  const has = set.length === 1 ? (c: string) => c === set : hasPoint(set)
  let start = 0
  let end = text.length
  if (side !== 'TRAILING') {
    while (start < end) {
      const point = String.fromCodePoint(text.codePointAt(start)!)
      if (!has(point)) break
      start += point.length
    }
  }
  if (side !== 'LEADING') {
    while (end > start) {
      const point = lastPoint(text, end)
      if (!has(point)) break
      end -= point.length
    }
  }
  return text.slice(start, end)
}

function hasPoint(set: string): (point: string) => boolean {
  const points = new Set(set)
  return point => points.has(point)
}

function lastPoint(text: string, end: number): string {
  const two = text.slice(Math.max(end - 2, 0), end)
  return two.length === 2 && two.codePointAt(0)! > 0xffff ? two : text.charAt(end - 1)
}

/** Each character of `from` becomes the one at its place in `to`, or nothing where `to` is shorter. The first one counts. */
export function translator(from: string, to: string): (text: string) => string {
  const targets = Array.from(to)
  const table = new Map<string, string>()
  Array.from(from).forEach((point, i) => {
    if (!table.has(point)) table.set(point, targets[i] ?? '')
  })
  return text => {
    let result = ''
    for (const point of text) result += table.get(point) ?? point
    return result
  }
}

/** Words are runs of ASCII letters and digits. Other letters stay as they are and end a word. */
export const initcap = (text: string): string =>
  text.replace(/[A-Za-z0-9]+/g, word => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())

/** Halves of a pair become '?'. */
export const wellFormed = (text: string): string =>
  text.isWellFormed() ? text : text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')
