/**
 * REGEXP and its kin, with Java's regular expressions (`java-regex.ts`). Compiled once per call site where the pattern is
 * a literal. A pattern that is none gives NULL, and FALSE in REGEXP; positions count UTF-16 units, as Java does.
 *
 *     REGEXP_EXTRACT('foothebar', 'foo(.*?)bar', 1)           'the'
 *     REGEXP_EXTRACT_ALL('1-2, 3-4', '(\d)-(\d)')             ['1', '3']   the first group, not the whole
 *     REGEXP_REPLACE('foobar', 'o+', '$0')                    'f$0bar'     the replacement stands for itself
 */
import { EvaluationError } from '../../base/errors.ts'
import { types } from '../../data/type.ts'
import type { ArgShape, CallSite, ScalarFunction } from '../function.ts'
import { type JavaRegex, PatternFault, javaRegex } from '../java-regex.ts'
import { cached } from './cached.ts'
import { anyNullable, define, returns } from './define.ts'
import { likeFunctions } from './like.ts'

type Regexes = (source: string) => JavaRegex | undefined

function regexOrUndefined(source: string): JavaRegex | undefined {
  try {
    return javaRegex(source)
  } catch (fault) {
    if (fault instanceof PatternFault) return undefined
    throw fault
  }
}

/** The pattern is the second argument. */
function regexesOf(site: CallSite): Regexes {
  const known = site.args[1]?.literal
  if (typeof known === 'string') {
    const regex = regexOrUndefined(known)
    return () => regex
  }
  const made = cached((source: string) => ({ regex: regexOrUndefined(source) }))
  return source => made(source).regex
}

function first({ find }: JavaRegex, text: string): RegExpExecArray | null {
  find.lastIndex = 0
  return find.exec(text)
}

/** All finds from left to right; an empty one moves on by a character. */
function* finds({ find }: JavaRegex, text: string): Generator<RegExpExecArray> {
  find.lastIndex = 0
  for (let match = find.exec(text); match !== null; match = find.exec(text)) {
    if (match[0] === '') find.lastIndex = match.index + (text.codePointAt(match.index)! > 0xffff ? 2 : 1)
    yield match
  }
}

const test = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string): boolean => {
    const regex = source === '' ? undefined : regexes(source)
    return regex !== undefined && first(regex, text) !== null
  }
}

const extract = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string, group = 0): string | null => {
    const regex = regexes(source)
    const number = regex?.groups[group]
    return number === undefined ? null : (first(regex!, text)?.[number] ?? null)
  }
}

const extractAll = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string, group = 1): (string | null)[] | null => {
    const regex = regexes(source)
    const number = regex?.groups[group]
    return number === undefined ? null : Array.from(finds(regex!, text), match => match[number] ?? null)
  }
}

const replace = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string, by: string): string | null => {
    const regex = regexes(source)
    return regex === undefined ? null : text.replace(regex.find, () => by)
  }
}

const count = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string): number | null => {
    const regex = regexes(source)
    return regex === undefined ? null : Array.from(finds(regex, text)).length
  }
}

const position = (site: CallSite) => {
  const regexes = regexesOf(site)
  return (text: string, source: string): number | null => {
    const regex = regexes(source)
    return regex === undefined ? null : (first(regex, text)?.index ?? -1) + 1
  }
}

/** NOT NULL only where no NULL can come: with a literal that is a regular expression. */
function replaced(args: readonly Parameters<typeof anyNullable>[0][number][], [, pattern]: readonly ArgShape[]) {
  const isSafe = typeof pattern?.literal === 'string' && regexOrUndefined(pattern.literal) !== undefined
  return types.string(anyNullable(args) || !isSafe)
}

/**
 * `String.split(regex, limit)`: no empty piece before a match of nothing at the beginning, and with limit 0 none at the
 * end. `shape` is where the delimiter comes from.
 */
export function javaSplit(shape: ArgShape | undefined, limit: number): (text: string, delimiter: string) => string[] {
  const regexes = cached(delimiter => regexOrUndefined(delimiter))
  if (typeof shape?.literal === 'string') regexes(shape.literal)
  return (text, delimiter) => {
    const regex = regexes(delimiter)
    if (regex === undefined) throw new EvaluationError('INVALID_REGEX', `'${delimiter}' is not a regular expression`)
    const pieces: string[] = []
    let from = 0
    for (const match of finds(regex, text)) {
      if (limit > 0 && pieces.length === limit - 1) break
      const end = match.index + match[0].length
      if (match.index === 0 && end === 0) continue
      pieces.push(text.slice(from, match.index))
      from = end
    }
    if (from === 0 && pieces.length === 0) return [text]
    pieces.push(text.slice(from))
    if (limit === 0) while (pieces.at(-1) === '') pieces.pop()
    return pieces
  }
}

const newer = { literalNull: 'taken', partial: true } as const

export const regexpFunctions: readonly ScalarFunction[] = [
  ...likeFunctions,
  define({
    name: 'REGEXP',
    signatures: ['REGEXP(<CHARACTER>, <CHARACTER>)'],
    doc: 'Whether a regular expression is found in the text.',
    params: ['text', 'text'],
    returns: returns.boolean,
    implement: test,
  }),
  define({
    name: 'REGEXP_REPLACE',
    signatures: ['REGEXP_REPLACE(<CHARACTER>, <CHARACTER>, <CHARACTER>)'],
    doc: 'The text with all that a regular expression finds replaced.',
    params: ['text', 'text', 'text'],
    partial: true,
    returns: replaced,
    implement: replace,
  }),
  define({
    name: 'REGEXP_EXTRACT',
    signatures: ['REGEXP_EXTRACT(<CHARACTER>, <CHARACTER>[, group <INTEGER>])'],
    doc: 'What a group of a regular expression finds first, the whole for group 0.',
    params: ['text', 'text', 'integer'],
    optional: 1,
    partial: true,
    returns: returns.nullable(types.string()),
    implement: extract,
  }),
  define({
    ...newer,
    name: 'REGEXP_EXTRACT_ALL',
    signatures: ['REGEXP_EXTRACT_ALL(str <CHARACTER_STRING>, regex <CHARACTER_STRING>[, extractIndex <INTEGER_NUMERIC>])'],
    doc: 'All that a group of a regular expression finds, the first group unless told.',
    params: ['text', 'text', 'integer'],
    optional: 1,
    returns: returns.nullable(types.array(types.string())),
    implement: extractAll,
  }),
  define({
    ...newer,
    name: 'REGEXP_COUNT',
    signatures: ['REGEXP_COUNT(str <CHARACTER_STRING>, regex <CHARACTER_STRING>)'],
    doc: 'How often a regular expression is found.',
    params: ['text', 'text'],
    returns: returns.nullable(types.int()),
    implement: count,
  }),
  define({
    ...newer,
    name: 'REGEXP_INSTR',
    signatures: ['REGEXP_INSTR(str <CHARACTER_STRING>, regex <CHARACTER_STRING>)'],
    doc: 'Where a regular expression is found first, from 1; 0 if nowhere.',
    params: ['text', 'text'],
    returns: returns.nullable(types.int()),
    implement: position,
  }),
  define({
    ...newer,
    name: 'REGEXP_SUBSTR',
    signatures: ['REGEXP_SUBSTR(str <CHARACTER_STRING>, regex <CHARACTER_STRING>)'],
    doc: 'What a regular expression finds first.',
    params: ['text', 'text'],
    returns: returns.nullable(types.string()),
    implement: site => {
      const find = extract(site)
      return (text: string, source: string) => find(text, source)
    },
  }),
]
