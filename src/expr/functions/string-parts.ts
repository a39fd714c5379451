/** What `string.ts` lists: result types, code in place of calls, and the functions themselves. */
import { EvaluationError, SqlError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { textBytes } from '../../data/text.ts'
import { type DataType, MAX_LENGTH, isBinary, isText, types, withNullable } from '../../data/type.ts'
import { commonArgumentType } from '../coercion.ts'
import type { ArgShape, CallSite, JsArg, ScalarFunction } from '../function.ts'
import { lengthOf, nthIndexOf, translator, wellFormed } from './code-points.ts'
import { anyNullable, textLength } from './define.ts'
import { javaSplit } from './regexp.ts'
import { countPoints, pieceOfView, substringView } from './text-views.ts'

type Inline = NonNullable<ScalarFunction['inline']>

const sumOfLengths = (args: readonly DataType[]): number =>
  Math.min(
    args.reduce((sum, arg) => sum + textLength(arg), 0),
    MAX_LENGTH,
  )

/** CHAR beside CHAR stays CHAR. Two binary strings have no `||` in Flink either. */
export const concatenated = (args: readonly DataType[]): DataType => {
  const length = sumOfLengths(args)
  return args.every(arg => arg.kind === 'CHAR') ? types.char(length, anyNullable(args)) : types.varchar(length, anyNullable(args))
}

export const overlaid = (args: readonly DataType[]): DataType => types.varchar(sumOfLengths(args.slice(0, 2)), anyNullable(args))
export const nullableFirstVarchar = (args: readonly DataType[]): DataType => types.varchar(textLength(args[0]!))

export const method =
  (name: 'toUpperCase' | 'toLowerCase'): Inline =>
  (_, [text]) =>
    name === 'toUpperCase' ? js`${text!.value}.toUpperCase()` : js`${text!.value}.toLowerCase()`

export const inlineLength: Inline = (_, [text], helper) =>
  text!.view === undefined
    ? js`${helper('lengthOf', lengthOf)}(${text!.value})`
    : js`${helper('countPoints', countPoints)}(${text!.view.bytes}, ${text!.view.start}, ${text!.view.end})`

export const inlineSubstring: Inline = (_, [text, from, length], helper) => {
  const view = text!.view
  if (view === undefined) return undefined
  const count = length === undefined ? js`${MAX_LENGTH}` : length.value
  return js`${helper('substringView', substringView)}(${view.bytes}, ${view.start}, ${view.end}, ${from!.value}, ${count})`
}

export const inlinePiece: Inline = (_, [text, separator, index], helper) => {
  const delimiter = separatorOf(separator!)
  const view = text!.view
  if (view === undefined || !delimiter) return undefined
  const bytes = helper('separator', textBytes(delimiter))
  return js`${helper('pieceOfView', pieceOfView)}(${view.bytes}, ${view.start}, ${view.end}, ${bytes}, ${index!.value})`
}

function separatorOf({ literal }: JsArg): string | undefined {
  if (typeof literal === 'string') return literal
  return typeof literal === 'number' && literal > 0 && literal <= 255 ? String.fromCharCode(literal) : undefined
}

/** A code from 1 to 255 stands for its character; '' splits at white space. */
export function splitIndex(text: string, separator: string | number, index: number): string | null {
  if (index < 0 || text === '') return null
  if (typeof separator === 'string') return text.split(separator === '' ? /\s/ : separator)[index] ?? null
  return separator > 0 && separator <= 255 ? (text.split(String.fromCharCode(separator))[index] ?? null) : null
}

/** UTF-16 units are what Flink counts here. */
export function overlay(text: string, replacement: string, from: number, length: number = replacement.length): string {
  if (from <= 0 || from > text.length) return text
  const tail = length > 0 && from + length <= text.length ? text.slice(from - 1 + length) : ''
  return wellFormed(text.slice(0, from - 1) + replacement + tail)
}

/** UTF-16 units here as well. NULL for a negative length or nothing to pad with. */
export const pad =
  (side: 'padStart' | 'padEnd') =>
  (text: string, length: number, padding: string): string | null => {
    if (length < 0 || padding === '') return null
    return wellFormed(text.length >= length ? text.slice(0, length) : text[side](length, padding))
  }

/** NOT NULL only where no NULL can come: Flink calls more of these NOT NULL, and fails when one is NULL after all. */
export function padded(args: readonly DataType[], shapes: readonly ArgShape[]): DataType {
  const [, length, padding] = shapes
  const isSafe =
    length?.literal !== undefined && Number(length.literal) >= 0 && typeof padding?.literal === 'string' && padding.literal !== ''
  return types.string(anyNullable(args) || !isSafe)
}

export const chr = (code: number): string => (code < 0 ? '' : String.fromCharCode(code % 256))

/** The first byte of the UTF-8, signed. */
export const ascii = (text: string): number =>
  text === '' ? 0 : (textBytes(String.fromCodePoint(text.codePointAt(0)!))[0]! << 24) >> 24

export function instr(text: string, part: string, start: number = 1, nth: number = 1): number {
  if (nth <= 0) throw new EvaluationError('INVALID_ARGUMENT', 'INSTR looks for an appearance number above 0')
  return nthIndexOf(text, part, start, nth)
}

const bytesStart = (text: Uint8Array, part: Uint8Array, at: number): boolean =>
  at >= 0 && part.length <= text.length && part.every((byte, i) => byte === text[at + i])

export const starts = (text: string | Uint8Array, part: string | Uint8Array): boolean =>
  typeof text === 'string' ? text.startsWith(wellFormed(part as string)) : bytesStart(text, part as Uint8Array, 0)
export const ends = (text: string | Uint8Array, part: string | Uint8Array): boolean =>
  typeof text === 'string'
    ? text.endsWith(wellFormed(part as string))
    : bytesStart(text, part as Uint8Array, text.length - part.length)

/** Both text or both binary. */
export const sameFamily = (args: readonly DataType[]): boolean => args.every(isText) || args.every(isBinary)

export function elements(args: readonly DataType[], [index]: readonly ArgShape[]): DataType | undefined {
  if (index?.literal !== undefined && Number(index.literal) < 0) {
    throw new SqlError('INVALID_ARGUMENT', `Index must be an integer starting from '0', but was '${index.literal}'`)
  }
  const values = args.slice(1)
  const common = sameFamily(values) ? commonArgumentType(values) : undefined
  return common && withNullable(common, true)
}

/** Items apart by one regular expression, key and value by another; the last of equal keys counts. */
export function strToMap(site: CallSite) {
  const splitItems = javaSplit(site.args[1], 0)
  const splitPair = javaSplit(site.args[2], 2)
  return (text: string, items = ',', pair = '='): [string, string | null][] => {
    if (text === '') return []
    const map = new Map<string, string | null>()
    for (const item of splitItems(text, items)) {
      const [key, value] = splitPair(item, pair)
      map.set(key!, value ?? null)
    }
    return [...map]
  }
}

export const translate = (site: CallSite) => {
  const [, from, to] = site.args
  const known =
    typeof from?.literal === 'string' && typeof to?.literal === 'string' ? translator(from.literal, to.literal) : undefined
  return (text: string | null, source: string | null, target: string | null): string | null => {
    if (text === null || !source) return text
    return (known ?? translator(source, target ?? ''))(text)
  }
}

export const split = (text: string, separator: string): string[] => {
  if (text === '') return []
  return text.split(separator).map(wellFormed)
}
