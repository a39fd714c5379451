/**
 * Regular expressions as java.util.regex means them, as JavaScript's.
 *
 *     a*+b        (?=(?<_1>a*))\k<_1>b      possessive quantifiers and atomic groups: a lookahead that is consumed
 *     \Q[a]\E     \[a\]
 *     (?i)ab      [aA][bB]                  in Java, (?i) without (?u) knows ASCII letters only
 *     \p{Upper}   [A-Z]                     POSIX classes are ASCII
 *     .  ^  $     by Java's line terminators: \n \r \u0085 \u2028 \u2029
 *     [a-z&&[^b]] a class of the `v` flag
 *
 * Groups keep the numbers that Java gives them; `JavaRegex.groups` says which of JavaScript's groups that is.
 */
import { EvaluationError, UnsupportedError } from '../base/errors.ts'
import { ClassReader, charOf, escapeChar } from './java-regex-class.ts'

/** The pattern is no regular expression. */
export class PatternFault extends EvaluationError {
  constructor(pattern: string, why: string, at: number) {
    super('INVALID_REGEX', `${why} near index ${at} in '${pattern}'`)
  }
}

export interface JavaRegex {
  /** With the flag `g`; `whole` matches the whole text or nothing. */
  readonly find: RegExp
  readonly whole: RegExp
  /** JavaScript's number of each of Java's groups; `groups[0]` is 0, the whole match. */
  readonly groups: readonly number[]
}

/** Throws `PatternFault` for what Java refuses, `UnsupportedError` for what has no counterpart. */
export function javaRegex(pattern: string): JavaRegex {
  const { source, groups, flags } = new Translator(pattern).translate()
  try {
    return { find: new RegExp(source, `g${flags}`), whole: new RegExp(`^(?:${source})$`, flags), groups }
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new PatternFault(pattern, cause.message.replace(/^.*: /, ''), 0)
    throw cause
  }
}

const LINE_END = '\\n\\r\\u0085\\u2028\\u2029'
const WORD = '[\\p{L}\\p{Nd}\\p{M}_]'
const NO_MORE = '(?![^])'
const NO_EARLIER = '(?<![^])'

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
}

class Translator {
  readonly #pattern: string
  #at = 0
  #flags: Flags = { i: false, m: false, s: false, x: false }
  /** JavaScript groups so far, ours included. */
  #opened = 0
  readonly #groups: number[] = [0]
  readonly #names = new Map<string, number>()
  #atomic = 0
  #nestsClasses = false

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  translate(): { source: string; groups: readonly number[]; flags: 'u' | 'v' } {
    const source = this.#alternatives()
    if (this.#at < this.#pattern.length) this.#fail('Unmatched closing )')
    return { source: this.#resolve(source), groups: this.#groups, flags: this.#nestsClasses ? 'v' : 'u' }
  }

  /**
   * Our own lookaheads move the numbers of Java's groups: references are written last. All other parentheses are escaped
   * in hexadecimal by now, in classes as well.
   */
  #resolve(source: string): string {
    const numbers: number[] = [0]
    let opened = 0
    for (const [group] of source.matchAll(/\\[^]|\((?:\?<_\d+>|(?!\?))/g)) {
      if (group.startsWith('(')) {
        opened++
        if (group === '(') numbers.push(opened)
      }
    }
    this.#groups.splice(0, Infinity, ...numbers)
    return source.replace(/\uf8fe(\d+);/g, (_, n) => `(?:\\${numbers[Number(n)]})`)
  }

  #alternatives(): string {
    let source = this.#sequence()
    while (this.#take('|')) source += `|${this.#sequence()}`
    return source
  }

  #sequence(): string {
    let source = ''
    for (;;) {
      if (this.#flags.x) this.#skipComments()
      const c = this.#peek()
      if (c === '' || c === '|' || c === ')') return source
      if (this.#pattern.startsWith('\\Q', this.#at)) source += this.#quoted()
      else source += this.#quantified()
    }
  }

  #quoted(): string {
    const end = this.#pattern.indexOf('\\E', this.#at)
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#pattern.length : end + 2
    const chars = Array.from(text)
    const last = chars.pop()
    return chars.map(c => this.#char(c)).join('') + (last === undefined ? '' : this.#repeat(this.#char(last)))
  }

  #quantified(): string {
    const start = this.#at
    const atom = this.#atom()
    return this.#at > start && atom !== '' ? this.#repeat(atom) : atom
  }

  #repeat(atom: string): string {
    if (this.#flags.x) this.#skipComments()
    const quantifier = this.#match(/[*+?]|\{\d+(?:,\d*)?\}/y)
    if (quantifier === undefined) return atom
    const base = atom.startsWith('(?<') || atom.startsWith('(?=') || atom.startsWith('(?!') ? `(?:${atom})` : atom
    if (this.#take('?')) return `${base}${quantifier}?`
    if (this.#take('+')) return this.#atomicGroup(base + quantifier)
    if (/[*+]/.test(this.#peek())) this.#fail(`Dangling meta character '${this.#peek()}'`)
    return base + quantifier
  }

  #atomicGroup(source: string): string {
    const name = `_${++this.#atomic}`
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`
  }

  #atom(): string {
    const c = this.#next()
    switch (c) {
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '.':
        return this.#flags.s ? '[^]' : `[^${LINE_END}]`
      case '^':
        return this.#flags.m ? `(?:${NO_EARLIER}|(?<=[${LINE_END}])(?=[^]))` : NO_EARLIER
      case '$':
        return this.#flags.m ? `(?=[${LINE_END}]|${NO_MORE})` : `(?=(?:\\r\\n|[${LINE_END}])?${NO_MORE})`
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        return this.#fail(`Dangling meta character '${c}'`)
      case '{':
        return this.#fail('Illegal repetition')
      default:
        return this.#char(c)
    }
  }

  #char(c: string): string {
    if (this.#flags.i && /^[A-Za-z]$/.test(c)) return `[${c.toLowerCase()}${c.toUpperCase()}]`
    return escapeChar(c)
  }

  #class(): string {
    const reader = new ClassReader(this.#pattern, this.#at, this.#flags.i, this.#flags.x, (why, at) => this.#fail(why, at))
    const source = reader.read()
    this.#at = reader.at
    this.#nestsClasses ||= reader.nests
    return source
  }

  #group(): string {
    if (!this.#take('?')) return this.#capture()
    const kind = this.#match(/[:=!>]|<[=!]|<[A-Za-z][A-Za-z0-9]*>/y)
    if (kind === undefined) return this.#flagGroup()
    if (kind.length > 2) {
      this.#names.set(kind.slice(1, -1), this.#opened + 1)
      return this.#capture()
    }
    const inner = this.#enclosed()
    return kind === '>' ? this.#atomicGroup(inner) : `(?${kind}${inner})`
  }

  #capture(): string {
    this.#opened++
    return `(${this.#enclosed()})`
  }

  #enclosed(): string {
    const before = this.#flags
    const source = this.#alternatives()
    this.#flags = before
    if (!this.#take(')')) this.#fail('Unclosed group')
    return source
  }

  /** `(?i)` holds to the end of the group it stands in, `(?i:…)` inside. */
  #flagGroup(): string {
    const [, on, off] =
      /^([a-zA-Z]*)(?:-([a-zA-Z]+))?$/.exec(this.#match(/[a-zA-Z-]*/y) ?? '') ?? this.#fail('Unknown inline modifier')
    const before = this.#flags
    for (const flag of on!) this.#setFlag(flag, true)
    for (const flag of off ?? '') this.#setFlag(flag, false)
    if (this.#take(')')) return ''
    if (!this.#take(':')) this.#fail('Unknown inline modifier')
    const source = this.#alternatives()
    this.#flags = before
    if (!this.#take(')')) this.#fail('Unclosed group')
    return `(?:${source})`
  }

  #setFlag(flag: string, on: boolean): void {
    if (flag in this.#flags) this.#flags = { ...this.#flags, [flag]: on }
    else if ('dUu'.includes(flag)) throw new UnsupportedError(`the flag (?${flag}) of regular expressions`)
    else this.#fail('Unknown inline modifier')
  }

  #escape(): string {
    const from = this.#at
    const c = this.#next()
    switch (c) {
      case '':
        return this.#fail('Unexpected internal error')
      case 'b':
        return `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`
      case 'B':
        return `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`
      case 'A':
        return NO_EARLIER
      case 'z':
        return NO_MORE
      case 'Z':
        return `(?=(?:\\r\\n|[${LINE_END}])?${NO_MORE})`
      case 'R':
        return `(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])`
      case 'G':
      case 'X':
      case 'N':
        throw new UnsupportedError(`\\${c} in regular expressions`)
      case 'k':
        return this.#namedReference()
    }
    if (/[1-9]/.test(c)) return this.#numberedReference(c)
    const reader = new ClassReader(this.#pattern, from, this.#flags.i, false, (why, at) => this.#fail(why, at))
    const set = reader.shorthand()
    if (set !== undefined) {
      this.#at = reader.at
      return set
    }
    const char = charOf(this.#pattern, from) ?? this.#fail('Illegal/unsupported escape sequence')
    this.#at = char.end
    return this.#char(char.text)
  }

  /** As many digits as there are groups for. */
  #numberedReference(first: string): string {
    let number = first
    while (/\d/.test(this.#peek()) && Number(number + this.#peek()) <= this.#opened) number += this.#next()
    return Number(number) > this.#opened ? '(?!)' : `\uf8fe${number};`
  }

  #namedReference(): string {
    const name = this.#match(/<[A-Za-z][A-Za-z0-9]*>/y)?.slice(1, -1) ?? this.#fail("\\k is not followed by '<'")
    const number = this.#names.get(name) ?? this.#fail(`named capturing group <${name}> does not exist`)
    return `\uf8fe${number};`
  }

  #skipComments(): void {
    this.#match(/(?:[ \t\n\v\f\r]|#[^\n\r\u0085\u2028\u2029]*)*/y)
  }

  #peek(): string {
    return this.#at < this.#pattern.length ? String.fromCodePoint(this.#pattern.codePointAt(this.#at)!) : ''
  }

  #next(): string {
    const c = this.#peek()
    this.#at += c.length
    return c
  }

  #take(c: string): boolean {
    const isThere = this.#peek() === c
    if (isThere) this.#at += c.length
    return isThere
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.#pattern)?.[0]
    this.#at += text?.length ?? 0
    return text
  }

  #fail(why: string, at: number = this.#at): never {
    throw new PatternFault(this.#pattern, why, at)
  }
}
