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
import { js } from '../../codegen/js.ts'
import { isText, types } from '../../data/type.ts'
import type { ScalarFunction } from '../function.ts'
import { decode, encode, fromBase64, toBase64 } from './charset.ts'
import { indexOf, initcap, left, lengthOf, reverse, right, substring, trim } from './code-points.ts'
import { type Definition, anyNullable, define, returns, textLength } from './define.ts'
import { format } from './printf.ts'
import { jsonQuote, jsonUnquote } from './quote.ts'
import {
  ascii,
  chr,
  concatenated,
  elements,
  ends,
  inlineLength,
  inlinePiece,
  inlineSubstring,
  instr,
  method,
  nullableFirstVarchar,
  overlaid,
  overlay,
  pad,
  padded,
  sameFamily,
  split,
  splitIndex,
  starts,
  strToMap,
  translate,
} from './string-parts.ts'
import { decodeUrl, encodeUrl, urlPart } from './url.ts'

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
