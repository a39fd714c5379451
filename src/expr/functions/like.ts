/**
 * LIKE and SIMILAR TO.
 *
 *     'abc%'  '%abc'  '%a%b%'   prefix, suffix and parts in order: compared as bytes where the text is a column's
 *     'a_c'                     a regular expression; `_` is one character, but none that ends a line
 *     'a\_c', ESCAPE '#'        without ESCAPE a backslash takes the meaning from `_ % \` and stands for itself elsewhere;
 *                               with one, nothing else may follow the escape character
 *
 * SIMILAR TO is Calcite's: a regular expression of Java with `_` and `%`, in which `$` and `\` stand for themselves.
 */
import { SqlError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { textBytes } from '../../data/text.ts'
import type { ArgShape, CallSite, ScalarFunction } from '../function.ts'
import { javaRegex } from '../java-regex.ts'
import { cached } from './cached.ts'
import { define, returns } from './define.ts'
import { bytesAt, findBytes } from './text-views.ts'

/** A pattern taken apart: text that stands for itself, ANY for `%`, ONE for `_`. */
type Token = string | typeof ANY | typeof ONE
const ANY = Symbol('%')
const ONE = Symbol('_')

interface Matcher {
  matches(text: string): boolean
  /** Undefined where the pattern needs a string. */
  readonly matchesView: ((bytes: Uint8Array, start: number, end: number) => boolean) | undefined
}

const invalidEscape = (pattern: string, at: number): SqlError =>
  new SqlError('INVALID_ESCAPE', `Invalid escape sequence '${pattern}', ${at}`)

function tokens(pattern: string, escape: string | undefined): Token[] {
  const result: Token[] = []
  let text = ''
  const flush = (token?: Token) => {
    if (text !== '') result.push(text)
    text = ''
    if (token !== undefined) result.push(token)
  }
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i)
    const next = pattern.charAt(i + 1)
    const isEscape = c === (escape ?? '\\')
    if (isEscape && next !== '' && (next === '_' || next === '%' || next === c)) text += pattern.charAt(++i)
    else if (isEscape && escape !== undefined) throw invalidEscape(pattern, i)
    else if (c === '%') flush(ANY)
    else if (c === '_') flush(ONE)
    else text += c
  }
  flush()
  return result
}

function escapeOf(escape: string | undefined): string | undefined {
  if (escape === undefined || escape.length === 1) return escape
  throw new SqlError('INVALID_ESCAPE', `Invalid escape character '${escape}'`)
}

export function likeMatcher(pattern: string, escape?: string): Matcher {
  const parts = tokens(pattern, escapeOf(escape))
  if (parts.includes(ONE)) {
    const source = parts.map(token =>
      token === ANY ? '[^]*' : token === ONE ? '[^\\n\\r\\u0085\\u2028\\u2029]' : quoteRegex(token as string),
    )
    const regex = new RegExp(`^${source.join('')}$`, 'u')
    return { matches: text => regex.test(text), matchesView: undefined }
  }
  return chainMatcher(parts)
}

const quoteRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** `prefix%part%…%suffix`: what stands between is looked for from left to right. */
function chainMatcher(parts: readonly Token[]): Matcher {
  const texts = parts.filter(part => typeof part === 'string')
  if (!parts.includes(ANY)) {
    const whole = texts.join('')
    const bytes = textBytes(whole)
    return {
      matches: text => text === whole,
      matchesView: (view, start, end) => end - start === bytes.length && bytesAt(view, start, bytes),
    }
  }
  const prefix = parts[0] === ANY ? '' : texts[0]!
  const suffix = parts.at(-1) === ANY ? '' : texts.at(-1)!
  const middle = texts.slice(prefix === '' ? 0 : 1, suffix === '' ? undefined : -1)
  return {
    matches: text => {
      if (text.length < prefix.length + suffix.length || !text.startsWith(prefix) || !text.endsWith(suffix)) return false
      let at = prefix.length
      for (const part of middle) {
        const found = text.indexOf(part, at)
        if (found < 0) return false
        at = found + part.length
      }
      return at <= text.length - suffix.length
    },
    matchesView: chainOverView(textBytes(prefix), middle.map(textBytes), textBytes(suffix)),
  }
}

function chainOverView(
  prefix: Uint8Array,
  middle: readonly Uint8Array[],
  suffix: Uint8Array,
): NonNullable<Matcher['matchesView']> {
  return (bytes, start, end) => {
    const last = end - suffix.length
    let at = start + prefix.length
    if (at > last || !bytesAt(bytes, start, prefix) || !bytesAt(bytes, last, suffix)) return false
    for (const part of middle) {
      const found = findBytes(bytes, at, last, part)
      if (found < 0) return false
      at = found + part.length
    }
    return true
  }
}

/** The matcher of a pattern that is known before the first row. */
function knownMatcher(args: readonly ArgShape[]): Matcher | undefined {
  const [, pattern, escape] = args
  if (typeof pattern?.literal !== 'string' || (escape !== undefined && typeof escape.literal !== 'string')) return undefined
  return likeMatcher(pattern.literal, (escape?.literal as string | undefined) || undefined)
}

const like = (site: CallSite) => {
  const known = knownMatcher(site.args)
  if (known !== undefined) return (text: string) => known.matches(text)
  const matchers = cached(likeMatcher)
  return (text: string, pattern: string, escape?: string) => matchers(pattern, escape).matches(text)
}

const inlineLike: ScalarFunction['inline'] = (site, [text], helper) => {
  const known = knownMatcher(site.args)
  if (known === undefined) return undefined
  const { view } = text!
  if (view === undefined || known.matchesView === undefined)
    return js`${helper('like', (value: string) => known.matches(value))}(${text!.value})`
  return js`${helper('like', known.matchesView)}(${view.bytes}, ${view.start}, ${view.end})`
}

const SIMILAR_SPECIALS = '[]()|^-+*_%?{}'
const JAVA_SPECIALS = '[]()|^-+*?{}$\\.'
const charClasses: Readonly<Record<string, string>> = {
  ALPHA: '\\p{Alpha}',
  UPPER: '\\p{Upper}',
  LOWER: '\\p{Lower}',
  DIGIT: '\\d',
  SPACE: ' ',
  WHITESPACE: '\\s',
  ALNUM: '\\p{Alnum}',
}

const invalidSimilar = (pattern: string): SqlError => new SqlError('INVALID_REGEX', `Invalid regular expression '${pattern}'`)

/** What an escape character and the one behind it stand for. */
function escaped(pattern: string, at: number, escape: string): string {
  const next = pattern.charAt(at + 1)
  if (next !== '' && SIMILAR_SPECIALS.includes(next)) return JAVA_SPECIALS.includes(next) ? `\\${next}` : next
  if (next === escape) return JAVA_SPECIALS.includes(next) ? `\\${next}` : next
  throw invalidEscape(pattern, at)
}

export function similarRegex(pattern: string, escape?: string): RegExp {
  escapeOf(escape)
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i)
    if (c === escape) source += escaped(pattern, i++, escape)
    else if (c === '_') source += '.'
    else if (c === '%') source += '(?s:.*)'
    else if (c === '\\' || c === '$') source += `\\${c}`
    else if (c === ']') throw invalidSimilar(pattern)
    else if (c === '[') {
      const read = enumeration(pattern, i + 1, escape)
      source += read.source
      i = read.end
    } else source += c
  }
  return javaRegex(source).whole
}

/** `[a-z]`, `[^[:DIGIT:]]`; `end` is its closing bracket. */
function enumeration(pattern: string, from: number, escape: string | undefined): { source: string; end: number } {
  let source = '['
  for (let i = from; i < pattern.length; i++) {
    const c = pattern.charAt(i)
    const name = /^\[:([A-Z]+|[a-z]+):\]/.exec(pattern.slice(i, i + 16))
    if (c === ']') return { source: `${source}]`, end: i }
    if (c === escape) source += escaped(pattern, i++, escape)
    else if (name !== null) {
      source += charClasses[name[1]!.toUpperCase()] ?? invalidClass(pattern)
      i += name[0].length - 1
    } else if (c !== '-' && c !== '^' && SIMILAR_SPECIALS.includes(c)) throw invalidSimilar(pattern)
    else source += c
  }
  throw invalidSimilar(pattern)
}

const invalidClass = (pattern: string): never => {
  throw invalidSimilar(pattern)
}

const similarTo = (site: CallSite) => {
  const [, pattern, escape] = site.args
  if (typeof pattern?.literal === 'string' && (escape === undefined || typeof escape.literal === 'string')) {
    const regex = similarRegex(pattern.literal, (escape?.literal as string | undefined) || undefined)
    return (text: string) => regex.test(text)
  }
  const regexes = cached(similarRegex)
  return (text: string, source: string, mark?: string) => regexes(source, mark).test(text)
}

const common = { params: ['text', 'text', 'text'], optional: 1, returns: returns.boolean } as const

export const likeFunctions: readonly ScalarFunction[] = [
  define({
    ...common,
    name: 'LIKE',
    signatures: ['LIKE(<STRING>, <STRING>[, escape <STRING>])'],
    doc: 'Whether the text is as a pattern says: % is any text, _ any character.',
    implement: like,
    inline: inlineLike,
  }),
  define({
    ...common,
    name: 'SIMILAR TO',
    signatures: ['SIMILAR TO(<STRING>, <STRING>[, escape <STRING>])'],
    doc: "Whether the whole text is as SQL's regular expression says.",
    implement: similarTo,
  }),
]
