/**
 * Functions of text. Positions count code points from 1; result types and NULLs are Flink's, also where they surprise:
 *
 *     SUBSTRING('hello', 0, 3)        'hel'      0 counts as 1; NULL for a negative length
 *     OVERLAY('abc' PLACING 'X' FROM 9)  'abc'   a start outside the text changes nothing
 *     LPAD('abc', 5, '')              NULL       and LPAD cuts text that is longer
 *     CHR(-1)                         ''
 *
 * TRIM, POSITION, OVERLAY and SUBSTRING are written with words between their arguments; here they are flat:
 * `TRIM(side, characters, text)`, `POSITION(part, text[, from])`, `OVERLAY(text, replacement, from[, for])`,
 * `SUBSTRING(text, from[, for])`.
 */
import { EvaluationError, SqlError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { textBytes } from '../../data/text.ts'
import { type DataType, MAX_LENGTH, isBinary, isText, types, withNullable } from '../../data/type.ts'
import { commonArgumentType } from '../coercion.ts'
import type { ArgShape, CallSite, JsArg, ScalarFunction } from '../function.ts'
import { decode, encode, fromBase64, toBase64 } from './charset.ts'
import {
  indexOf,
  initcap,
  left,
  lengthOf,
  nthIndexOf,
  reverse,
  right,
  substring,
  translator,
  trim,
  wellFormed,
} from './code-points.ts'
import { type Definition, anyNullable, define, returns, textLength } from './define.ts'
import { format } from './printf.ts'
import { jsonQuote, jsonUnquote } from './quote.ts'
import { javaSplit } from './regexp.ts'
import { countPoints, pieceOfView, substringView } from './text-views.ts'
import { decodeUrl, encodeUrl, urlPart } from './url.ts'

type Inline = NonNullable<ScalarFunction['inline']>

const sumOfLengths = (args: readonly DataType[]): number =>
  Math.min(
    args.reduce((sum, arg) => sum + textLength(arg), 0),
    MAX_LENGTH,
  )

/** CHAR beside CHAR stays CHAR. Two binary strings have no `||` in Flink either. */
const concatenated = (args: readonly DataType[]): DataType => {
  const length = sumOfLengths(args)
  return args.every(arg => arg.kind === 'CHAR') ? types.char(length, anyNullable(args)) : types.varchar(length, anyNullable(args))
}

const overlaid = (args: readonly DataType[]): DataType => types.varchar(sumOfLengths(args.slice(0, 2)), anyNullable(args))
const nullableFirstVarchar = (args: readonly DataType[]): DataType => types.varchar(textLength(args[0]!))

const method =
  (name: 'toUpperCase' | 'toLowerCase'): Inline =>
  (_, [text]) =>
    name === 'toUpperCase' ? js`${text!.value}.toUpperCase()` : js`${text!.value}.toLowerCase()`

const inlineLength: Inline = (_, [text], helper) =>
  text!.view === undefined
    ? js`${helper('lengthOf', lengthOf)}(${text!.value})`
    : js`${helper('countPoints', countPoints)}(${text!.view.bytes}, ${text!.view.start}, ${text!.view.end})`

const inlineSubstring: Inline = (_, [text, from, length], helper) => {
  const view = text!.view
  if (view === undefined) return undefined
  const count = length === undefined ? js`${MAX_LENGTH}` : length.value
  return js`${helper('substringView', substringView)}(${view.bytes}, ${view.start}, ${view.end}, ${from!.value}, ${count})`
}

const inlinePiece: Inline = (_, [text, separator, index], helper) => {
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
function splitIndex(text: string, separator: string | number, index: number): string | null {
  if (index < 0 || text === '') return null
  if (typeof separator === 'string') return text.split(separator === '' ? /\s/ : separator)[index] ?? null
  return separator > 0 && separator <= 255 ? (text.split(String.fromCharCode(separator))[index] ?? null) : null
}

/** UTF-16 units are what Flink counts here. */
function overlay(text: string, replacement: string, from: number, length: number = replacement.length): string {
  if (from <= 0 || from > text.length) return text
  const tail = length > 0 && from + length <= text.length ? text.slice(from - 1 + length) : ''
  return wellFormed(text.slice(0, from - 1) + replacement + tail)
}

/** UTF-16 units here as well. NULL for a negative length or nothing to pad with. */
const pad =
  (side: 'padStart' | 'padEnd') =>
  (text: string, length: number, padding: string): string | null => {
    if (length < 0 || padding === '') return null
    return wellFormed(text.length >= length ? text.slice(0, length) : text[side](length, padding))
  }

/** NOT NULL only where no NULL can come: Flink calls more of these NOT NULL, and fails when one is NULL after all. */
function padded(args: readonly DataType[], shapes: readonly ArgShape[]): DataType {
  const [, length, padding] = shapes
  const isSafe =
    length?.literal !== undefined && Number(length.literal) >= 0 && typeof padding?.literal === 'string' && padding.literal !== ''
  return types.string(anyNullable(args) || !isSafe)
}

const chr = (code: number): string => (code < 0 ? '' : String.fromCharCode(code % 256))

/** The first byte of the UTF-8, signed. */
const ascii = (text: string): number =>
  text === '' ? 0 : (textBytes(String.fromCodePoint(text.codePointAt(0)!))[0]! << 24) >> 24

function instr(text: string, part: string, start: number = 1, nth: number = 1): number {
  if (nth <= 0) throw new EvaluationError('INVALID_ARGUMENT', 'INSTR looks for an appearance number above 0')
  return nthIndexOf(text, part, start, nth)
}

const bytesStart = (text: Uint8Array, part: Uint8Array, at: number): boolean =>
  at >= 0 && part.length <= text.length && part.every((byte, i) => byte === text[at + i])

const starts = (text: string | Uint8Array, part: string | Uint8Array): boolean =>
  typeof text === 'string' ? text.startsWith(wellFormed(part as string)) : bytesStart(text, part as Uint8Array, 0)
const ends = (text: string | Uint8Array, part: string | Uint8Array): boolean =>
  typeof text === 'string'
    ? text.endsWith(wellFormed(part as string))
    : bytesStart(text, part as Uint8Array, text.length - part.length)

/** Both text or both binary. */
const sameFamily = (args: readonly DataType[]): boolean => args.every(isText) || args.every(isBinary)

function elements(args: readonly DataType[], [index]: readonly ArgShape[]): DataType | undefined {
  if (index?.literal !== undefined && Number(index.literal) < 0) {
    throw new SqlError('INVALID_ARGUMENT', `Index must be an integer starting from '0', but was '${index.literal}'`)
  }
  const values = args.slice(1)
  const common = sameFamily(values) ? commonArgumentType(values) : undefined
  return common && withNullable(common, true)
}

/** Items apart by one regular expression, key and value by another; the last of equal keys counts. */
function strToMap(site: CallSite) {
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

const translate = (site: CallSite) => {
  const [, from, to] = site.args
  const known =
    typeof from?.literal === 'string' && typeof to?.literal === 'string' ? translator(from.literal, to.literal) : undefined
  return (text: string | null, source: string | null, target: string | null): string | null => {
    if (text === null || !source) return text
    return (known ?? translator(source, target ?? ''))(text)
  }
}

const split = (text: string, separator: string): string[] => {
  if (text === '') return []
  return text.split(separator).map(wellFormed)
}

/** What most have in common: nothing is known before the first row, NULL gives NULL. */
type Plain = Omit<Definition, 'implement'> & {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly run: (...args: any[]) => ReturnType<ReturnType<Definition['implement']>>
}
const plain = ({ run, ...definition }: Plain): ScalarFunction => define({ ...definition, implement: () => run })

const lengthFunction = (name: string): ScalarFunction =>
  plain({
    name,
    signatures: [`${name}(<CHARACTER>)`],
    doc: 'The number of characters.',
    params: ['text'],
    returns: returns.int,
    total: true,
    inline: inlineLength,
    run: lengthOf,
  })

const substringFunction = (name: string): ScalarFunction =>
  plain({
    name,
    signatures: [`${name}(<CHARACTER>, <INTEGER>)`, `${name}(<CHARACTER>, <INTEGER>, <INTEGER>)`],
    doc: 'The part from a position, from 1 or negative from the end, of at most a length.',
    params: ['text', 'integer', 'integer'],
    optional: 1,
    partial: true,
    returns: nullableFirstVarchar,
    inline: inlineSubstring,
    run: substring,
  })

const trimFunction = (name: string, side: 'LEADING' | 'TRAILING'): ScalarFunction =>
  plain({
    name,
    signatures: [`${name}(<CHARACTER>)`, `${name}(<CHARACTER>, <CHARACTER>)`],
    doc: `The text without blanks, or without characters of a set, at its ${side === 'LEADING' ? 'beginning' : 'end'}.`,
    params: ['text', 'text'],
    optional: 1,
    returns: returns.firstVarchar,
    run: (text: string, set = ' ') => trim(text, set, side),
  })

const edgeFunction = (name: string, where: string, run: typeof starts): ScalarFunction =>
  plain({
    name,
    doc: `Whether text or binary ${where} another.`,
    literalNull: 'taken',
    signatures: [
      `${name}(expr <CHARACTER_STRING>, part <CHARACTER_STRING>)`,
      `${name}(expr <BINARY_STRING>, part <BINARY_STRING>)`,
    ],
    params: ['text or binary', 'text or binary'],
    returns: args => (sameFamily(args) ? returns.boolean(args) : undefined),
    run,
  })

const sideFunction = (name: string, where: string, run: typeof left): ScalarFunction =>
  plain({
    name,
    signatures: [`${name}(<CHARACTER>, <INTEGER>)`],
    doc: `The ${where} characters; none for a number below 1.`,
    params: ['text', 'integer'],
    returns: nullableFirstVarchar,
    run,
  })

const padFunction = (name: string, where: string, side: 'padStart' | 'padEnd'): ScalarFunction =>
  plain({
    name,
    signatures: [`${name}(<CHARACTER>, <INTEGER>, <CHARACTER>)`],
    partial: true,
    doc: `The text at exactly a length: cut, or filled at its ${where}.`,
    params: ['text', 'integer', 'text'],
    returns: padded,
    run: pad(side),
  })

export const stringFunctions: readonly ScalarFunction[] = [
  plain({
    name: '||',
    signatures: ['<STRING> || <STRING>'],
    doc: 'Two texts as one.',
    params: ['text', 'text'],
    returns: concatenated,
    total: true,
    inline: (_, [a, b]) => js`(${a!.value} + ${b!.value})`,
    run: (a: string, b: string) => a + b,
  }),
  lengthFunction('CHAR_LENGTH'),
  lengthFunction('CHARACTER_LENGTH'),
  plain({
    name: 'UPPER',
    signatures: ['UPPER(<CHARACTER>)'],
    doc: 'The text in upper case.',
    params: ['text'],
    returns: returns.first,
    total: true,
    inline: method('toUpperCase'),
    run: (text: string) => text.toUpperCase(),
  }),
  plain({
    name: 'LOWER',
    signatures: ['LOWER(<CHARACTER>)'],
    doc: 'The text in lower case.',
    params: ['text'],
    returns: returns.first,
    total: true,
    inline: method('toLowerCase'),
    run: (text: string) => text.toLowerCase(),
  }),
  plain({
    name: 'POSITION',
    signatures: ['POSITION(<CHARACTER> IN <CHARACTER>)', 'POSITION(<CHARACTER> IN <CHARACTER> FROM <INTEGER>)'],
    doc: 'Where a text stands in another, from 1; 0 if nowhere.',
    params: ['text', 'text', 'integer'],
    optional: 1,
    returns: returns.int,
    run: (part: string, text: string, from?: number) => indexOf(text, part, from),
  }),
  plain({
    name: 'LOCATE',
    signatures: ['LOCATE(<CHARACTER>, <CHARACTER>)', 'LOCATE(<CHARACTER>, <CHARACTER>, <INTEGER>)'],
    doc: 'Where a text stands in another at or behind a position, from 1; 0 if nowhere.',
    params: ['text', 'text', 'integer'],
    optional: 1,
    returns: returns.int,
    run: (part: string, text: string, from?: number) => indexOf(text, part, from),
  }),
  plain({
    name: 'INSTR',
    doc: 'Where the n-th appearance of a text in another begins, from 1; a negative start looks backwards from the end.',
    signatures: ['INSTR(<CHARACTER>, <CHARACTER>[, start <INTEGER>[, nth <INTEGER>]])'],
    params: ['text', 'text', 'integer', 'integer'],
    optional: 2,
    returns: returns.int,
    run: instr,
  }),
  plain({
    name: 'TRIM',
    signatures: ['TRIM([BOTH|LEADING|TRAILING] <CHARACTER> FROM <CHARACTER>)'],
    doc: 'The text without blanks, or without characters of a set, at its ends.',
    params: ['text', 'text', 'text'],
    returns: args => types.varchar(textLength(args[2]!), anyNullable(args)),
    run: (side: 'BOTH' | 'LEADING' | 'TRAILING', set: string, text: string) => trim(text, set, side),
  }),
  trimFunction('LTRIM', 'LEADING'),
  trimFunction('RTRIM', 'TRAILING'),
  plain({
    name: 'BTRIM',
    signatures: ['BTRIM(str <CHARACTER_STRING>)', 'BTRIM(str <CHARACTER_STRING>, trimStr <CHARACTER_STRING>)'],
    doc: 'The text without blanks, or without characters of a set, at both ends.',
    literalNull: 'taken',
    params: ['text', 'text'],
    optional: 1,
    returns: returns.string,
    run: (text: string, set = ' ') => trim(text, set, 'BOTH'),
  }),
  substringFunction('SUBSTRING'),
  substringFunction('SUBSTR'),
  sideFunction('LEFT', 'first', left),
  sideFunction('RIGHT', 'last', right),
  plain({
    name: 'OVERLAY',
    signatures: ['OVERLAY(<CHARACTER> PLACING <CHARACTER> FROM <INTEGER> [FOR <INTEGER>])'],
    doc: 'The text with a part replaced.',
    params: ['text', 'text', 'integer', 'integer'],
    optional: 1,
    returns: overlaid,
    run: overlay,
  }),
  plain({
    name: 'REPLACE',
    signatures: ['REPLACE(<CHARACTER>, <CHARACTER>, <CHARACTER>)'],
    doc: 'The text with every appearance of a part replaced.',
    params: ['text', 'text', 'text'],
    returns: returns.string,
    run: (text: string, part: string, by: string) => text.replaceAll(part, () => by),
  }),
  define({
    name: 'TRANSLATE',
    signatures: ['TRANSLATE(expr <CHARACTER_STRING>, fromStr <CHARACTER_STRING>, toStr <CHARACTER_STRING>)'],
    doc: 'The text with characters replaced one by one; those without a counterpart go.',
    literalNull: 'taken',
    params: ['text', 'text', 'text'],
    nulls: 'sees',
    returns: ([text]) => types.string(text!.nullable),
    implement: translate,
  }),
  plain({
    name: 'REPEAT',
    signatures: ['REPEAT(<CHARACTER>, <INTEGER>)'],
    doc: 'The text a number of times.',
    params: ['text', 'integer'],
    returns: returns.string,
    run: (text: string, times: number) => (times <= 0 ? '' : text.repeat(times)),
  }),
  plain({
    name: 'INITCAP',
    signatures: ['INITCAP(<CHARACTER>)'],
    doc: 'Each word with its first letter in upper case and the others in lower case.',
    params: ['text'],
    returns: returns.first,
    total: true,
    run: initcap,
  }),
  plain({
    name: 'REVERSE',
    signatures: ['REVERSE(<CHARACTER>)'],
    doc: 'The characters in reverse order.',
    params: ['text'],
    returns: returns.nullable(types.string()),
    run: reverse,
  }),
  plain({
    name: 'CONCAT',
    signatures: ['CONCAT(<CHARACTER>, ...)'],
    doc: 'Texts as one; NULL if any is NULL.',
    params: ['text'],
    rest: 'text',
    returns: returns.string,
    run: (...texts: string[]) => texts.join(''),
  }),
  define({
    name: 'CONCAT_WS',
    signatures: ['CONCAT_WS(<CHARACTER>, ...)'],
    doc: 'Texts with a separator between them; those that are NULL are left out.',
    params: ['text'],
    rest: 'text',
    nulls: 'sees',
    returns: returns.string,
    implement:
      () =>
      (separator: string | null, ...texts: (string | null)[]) =>
        separator === null ? null : texts.filter(text => text !== null).join(separator),
  }),
  padFunction('LPAD', 'beginning', 'padStart'),
  padFunction('RPAD', 'end', 'padEnd'),
  edgeFunction('STARTSWITH', 'begins with', starts),
  edgeFunction('ENDSWITH', 'ends with', ends),
  plain({
    name: 'ASCII',
    signatures: ['ASCII(<CHARACTER>)'],
    doc: 'The first byte of the text, signed; 0 for none.',
    params: ['text'],
    returns: returns.int,
    run: ascii,
  }),
  plain({
    name: 'CHR',
    signatures: ['CHR(<INTEGER>)'],
    doc: 'The character of a code, modulo 256.',
    params: ['integer'],
    returns: returns.nullable(types.string()),
    run: chr,
  }),
  plain({
    name: 'FROM_BASE64',
    signatures: ['FROM_BASE64(<CHARACTER>)'],
    doc: 'What Base64 stands for, as text.',
    params: ['text'],
    returns: returns.string,
    run: fromBase64,
  }),
  plain({
    name: 'TO_BASE64',
    signatures: ['TO_BASE64(<STRING>)'],
    doc: 'Text or binary in Base64.',
    params: ['text or binary'],
    returns: returns.string,
    run: toBase64,
  }),
  plain({
    name: 'DECODE',
    signatures: ['DECODE(<BINARY>, <CHARACTER>)'],
    doc: 'Binary read as text of a character set.',
    params: ['binary', 'text'],
    returns: returns.string,
    run: decode,
  }),
  plain({
    name: 'ENCODE',
    signatures: ['ENCODE(<CHARACTER>, <CHARACTER>)'],
    doc: 'Text written in a character set.',
    params: ['text', 'text'],
    returns: returns.bytes,
    run: encode,
  }),
  plain({
    name: 'URL_ENCODE',
    signatures: ['URL_ENCODE(<CHARACTER_STRING>)'],
    doc: 'Text as application/x-www-form-urlencoded.',
    literalNull: 'taken',
    params: ['text'],
    returns: returns.nullable(types.string()),
    run: encodeUrl,
  }),
  plain({
    name: 'URL_DECODE',
    signatures: ['URL_DECODE(<CHARACTER_STRING>)'],
    doc: 'Text from application/x-www-form-urlencoded; NULL if it is not such.',
    literalNull: 'taken',
    params: ['text'],
    partial: true,
    returns: returns.nullable(types.string()),
    run: decodeUrl,
  }),
  define({
    name: 'PARSE_URL',
    signatures: ['PARSE_URL(<CHARACTER>, <CHARACTER>[, <CHARACTER>])'],
    partial: true,
    doc: 'A part of a URL (HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO), or one parameter of its query.',
    params: ['text', 'text', 'text'],
    optional: 1,
    returns: returns.nullable(types.string()),
    implement: () => (url: string, part: string, key?: string) => {
      const found = urlPart(url, part)
      if (key === undefined || found === null) return found
      return part === 'QUERY'
        ? (found
            .split('&')
            .find(p => p.startsWith(`${key}=`))
            ?.slice(key.length + 1) ?? null)
        : null
    },
  }),
  plain({
    name: 'SPLIT_INDEX',
    signatures: ['SPLIT_INDEX(<CHARACTER>, <CHARACTER>, <INTEGER>)', 'SPLIT_INDEX(<CHARACTER>, <INTEGER>, <INTEGER>)'],
    doc: 'The piece number n, from 0, of text split at a separator or at the character of a code.',
    params: ['text', 'any', 'integer'],
    partial: true,
    inline: inlinePiece,
    run: splitIndex,
    returns: ([, separator]) => (isText(separator!) || separator!.kind === 'INT' ? types.string() : undefined),
  }),
  plain({
    name: 'SPLIT',
    signatures: ['SPLIT(<CHARACTER_STRING>, <CHARACTER_STRING>)'],
    literalNull: 'taken',
    doc: "The pieces of text split at a separator; at every character for ''.",
    params: ['text', 'text'],
    returns: returns.strings,
    run: split,
  }),
  define({
    name: 'STR_TO_MAP',
    signatures: ['STR_TO_MAP(<CHARACTER>)', 'STR_TO_MAP(<CHARACTER>, <CHARACTER>, <CHARACTER>)'],
    doc: 'Text such as k1=v1,k2=v2 as a map; the delimiters are regular expressions.',
    params: ['text', 'text', 'text'],
    optional: 2,
    implement: strToMap,
    returns: args => (args.length === 2 ? undefined : types.map(types.string(), types.string())),
  }),
  plain({
    name: 'ELT',
    doc: 'The n-th of the following arguments, from 1.',
    literalNull: 'taken',
    nulls: 'sees',
    signatures: [
      'ELT(index <INTEGER_NUMERIC>, expr <CHARACTER_STRING>, exprs <CHARACTER_STRING>...)',
      'ELT(index <INTEGER_NUMERIC>, expr <BINARY_STRING>, exprs <BINARY_STRING>...)',
    ],
    params: ['integer', 'text or binary'],
    rest: 'text or binary',
    partial: true,
    returns: elements,
    run: (index: number | null, ...values: (string | Uint8Array | null)[]) =>
      index === null ? null : (values[index - 1] ?? null),
  }),
  define({
    name: 'PRINTF',
    signatures: ['PRINTF(format <CHARACTER_STRING>, obj <ANY>...)'],
    literalNull: 'taken',
    doc: 'Values put into a format as java.util.Formatter does; NULL for a format that does not fit.',
    params: ['text'],
    rest: 'any',
    nulls: 'sees',
    partial: true,
    returns: returns.nullable(types.string()),
    implement: format,
  }),
  plain({
    name: 'JSON_QUOTE',
    signatures: ['JSON_QUOTE(<CHARACTER_STRING>)'],
    doc: 'The text as a JSON string.',
    literalNull: 'taken',
    params: ['text'],
    returns: returns.string,
    run: jsonQuote,
  }),
  plain({
    name: 'JSON_UNQUOTE',
    signatures: ['JSON_UNQUOTE(<CHARACTER_STRING>)'],
    doc: 'The text of a JSON string; anything else as it is.',
    literalNull: 'taken',
    params: ['text'],
    returns: returns.string,
    run: jsonUnquote,
  }),
]
