/**
 * Regular expressions as RE2 writes them, taken apart. Nothing is in them that a machine without memory could not match:
 * no references back, no looking around.
 *
 *     parsePattern('orders-(eu|us)+')
 *     sequence  o r d e r s -  repeat 1..∞  either  sequence e u · sequence u s
 */
import { ErrorCode } from '../../../protocol/errors.ts'
import { KafkaRefusal } from '../../topics.ts'
import { CharacterSet, otherCase, perlClasses, posixClasses, unicodeClass } from './character-set.ts'

export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly set: CharacterSet }
  | { readonly kind: 'assertion'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number }

export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-boundary' | 'no-word-boundary'

/** Text that is no regular expression of RE2's, or one that asks for too much. */
export class PatternError extends KafkaRefusal {
  constructor(message: string) {
    super(ErrorCode.INVALID_REGULAR_EXPRESSION, message)
  }
}

/** RE2's own limits. */
const MOST_REPEATS = 1000
const DEEPEST = 1000
const LONGEST = 64 * 1024

interface Flags {
  /** i */
  readonly fold: boolean
  /** m */
  readonly multiline: boolean
  /** s */
  readonly dotAll: boolean
}

export function parsePattern(text: string): PatternNode {
  if (text.length > LONGEST) throw new PatternError(`a pattern of ${text.length} characters; ${LONGEST} are allowed`)
  return new Parser(text).pattern()
}

class Parser {
  /** Code points. */
  readonly #text: readonly string[]
  #at = 0
  #depth = 0
  #flags: Flags = { fold: false, multiline: false, dotAll: false }
  readonly #names = new Set<string>()

  constructor(text: string) {
    this.#text = Array.from(text)
  }

  pattern(): PatternNode {
    const node = this.#either()
    if (this.#at < this.#text.length) throw new PatternError('unexpected )')
    checkRepeats(node, MOST_REPEATS)
    return node
  }

  #either(): PatternNode {
    const options = [this.#sequence()]
    while (this.#take('|')) options.push(this.#sequence())
    return options.length === 1 ? options[0]! : { kind: 'either', options }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    for (;;) {
      const next = this.#text[this.#at]
      if (next === undefined || next === '|' || next === ')') break
      if (next === '\\' && this.#text[this.#at + 1] === 'Q') {
        this.#quoted(parts)
        continue
      }
      const from = this.#at
      const part = this.#part()
      if (part !== undefined) parts.push(this.#repeated(part, from))
    }
    return parts.length === 0 ? { kind: 'empty' } : parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  /** `\Q…\E`: as it stands. A repetition behind it is of its last character. */
  #quoted(parts: PatternNode[]): void {
    this.#at += 2
    let from = this.#at
    while (this.#at < this.#text.length && !(this.#text[this.#at] === '\\' && this.#text[this.#at + 1] === 'E')) {
      from = this.#at
      parts.push(this.#literal(codeOf(this.#text[this.#at++]!)))
    }
    if (this.#at < this.#text.length) this.#at += 2
    if (parts.length > 0) parts.push(this.#repeated(parts.pop()!, from))
  }

  /** Undefined for flags alone. */
  #part(): PatternNode | undefined {
    const char = this.#text[this.#at++]!
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return character(this.#class())
      case '.':
        return character(this.#flags.dotAll ? CharacterSet.none.inverted() : CharacterSet.where(code => code !== 0x0a))
      case '^':
        return { kind: 'assertion', what: this.#flags.multiline ? 'line-start' : 'text-start' }
      case '$':
        return { kind: 'assertion', what: this.#flags.multiline ? 'line-end' : 'text-end' }
      case '*':
      case '+':
      case '?':
        throw new PatternError(`missing argument to repetition operator: ${char}`)
      case '\\':
        return this.#escape()
      case '{': {
        const start = --this.#at
        if (this.#bounds() !== undefined)
          throw new PatternError(`missing argument to repetition operator: ${this.#text.slice(start, this.#at).join('')}`)
        this.#at = start + 1
        return this.#literal(codeOf(char))
      }
      default:
        return this.#literal(codeOf(char))
    }
  }

  /** What stands behind a part: `*`, `+?`, `{2,5}`. That it takes as little as it can is all the same to a whole match. */
  #repeated(part: PatternNode, from: number): PatternNode {
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    this.#take('?')
    const node: PatternNode = { kind: 'repeat', of: part, ...bounds }
    const next = this.#at
    if (this.#bounds() !== undefined) {
      const text = this.#text.slice(from, this.#at).join('')
      throw new PatternError(`invalid nested repetition operator: ${text}`)
    }
    this.#at = next
    return node
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (this.#text[this.#at] !== '{') return undefined
    const start = this.#at++
    const min = this.#number()
    const max = !this.#take(',') ? min : this.#text[this.#at] === '}' ? Number.POSITIVE_INFINITY : this.#number()
    if (min === undefined || max === undefined || !this.#take('}')) {
      // A brace like any other character.
      this.#at = start
      return undefined
    }
    if (min > MOST_REPEATS || (max !== Number.POSITIVE_INFINITY && (max > MOST_REPEATS || max < min)))
      throw new PatternError(`invalid repeat count: ${this.#text.slice(start, this.#at).join('')}`)
    return { min, max }
  }

  #number(): number | undefined {
    const start = this.#at
    while (/^[0-9]$/.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#at === start ? undefined : Number(this.#text.slice(start, this.#at).join(''))
  }

  // ── groups ────────────────────────────────────────────────────────────────────────────────────────

  #group(): PatternNode | undefined {
    if (++this.#depth > DEEPEST) throw new PatternError('expression nests too deeply')
    const outside = this.#flags
    if (this.#take('?') && !this.#prefix()) {
      this.#depth--
      return undefined
    }
    const node = this.#either()
    if (!this.#take(')')) throw new PatternError('missing closing )')
    this.#flags = outside
    this.#depth--
    return node
  }

  /** `?:`, `?P<name>`, `?i-s:`. False for `?i)`, which holds from there on. */
  #prefix(): boolean {
    const rest = this.#text.slice(this.#at, this.#at + LONGEST_PREFIX).join('')
    const name = /^P?<([^>]*)>/.exec(rest)
    if (name !== null) {
      if (!/^[0-9A-Za-z_]+$/.test(name[1]!) || this.#names.has(name[1]!)) throw new PatternError(`invalid group name: ${name[1]}`)
      this.#names.add(name[1]!)
      this.#at += name[0].length
      return true
    }
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
    if (flags === null || flags[0] === ')') throw new PatternError(`invalid or unsupported Perl syntax: (?${rest.slice(0, 1)}`)
    const [whole, on, off = '', end] = flags as unknown as readonly [string, string, string | undefined, string]
    const flag = (letter: string, before: boolean) => (before || on.includes(letter)) && !off.includes(letter)
    const { fold, multiline, dotAll } = this.#flags
    this.#flags = { fold: flag('i', fold), multiline: flag('m', multiline), dotAll: flag('s', dotAll) }
    this.#at += whole.length
    return end === ':'
  }

  // ── characters ────────────────────────────────────────────────────────────────────────────────────

  #literal(code: number): PatternNode {
    return character(this.#folded(code))
  }

  #folded(code: number): CharacterSet {
    const set = CharacterSet.range(code, code)
    if (!this.#flags.fold) return set
    const other = otherCase(code)
    return set.or(CharacterSet.range(other, other)).folded()
  }

  #escape(): PatternNode {
    switch (this.#text[this.#at]) {
      case 'A':
        this.#at++
        return { kind: 'assertion', what: 'text-start' }
      case 'z':
        this.#at++
        return { kind: 'assertion', what: 'text-end' }
      case 'b':
        this.#at++
        return { kind: 'assertion', what: 'word-boundary' }
      case 'B':
        this.#at++
        return { kind: 'assertion', what: 'no-word-boundary' }
      default:
        return character(this.#escapedClass() ?? this.#folded(this.#escapedCode()))
    }
  }

  /** `\d`, `\PN`, `\p{Greek}`, behind the backslash. */
  #escapedClass(): CharacterSet | undefined {
    const letter = this.#text[this.#at] ?? ''
    const perl = perlClasses[letter.toLowerCase()]
    if (perl !== undefined) {
      this.#at++
      return letter === letter.toLowerCase() ? perl : perl.inverted()
    }
    if (letter !== 'p' && letter !== 'P') return undefined
    this.#at++
    let name = this.#text[this.#at++] ?? ''
    if (name === '{') {
      const end = this.#text.indexOf('}', this.#at)
      if (end < 0 || end - this.#at > LONGEST_PREFIX) throw new PatternError('invalid character class range: \\p{')
      name = this.#text.slice(this.#at, end).join('')
      this.#at = end + 1
    }
    const negated = name.startsWith('^')
    const found = unicodeClass(negated ? name.slice(1) : name)
    if (found === undefined) throw new PatternError(`invalid character class range: \\${letter}{${name}}`)
    const set = this.#flags.fold ? found.folded() : found
    return negated === (letter === 'P') ? set : set.inverted()
  }

  /** The character that `\n`, `\x{1F600}`, `\101` or `\.` stands for, behind the backslash. */
  #escapedCode(): number {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new PatternError('trailing backslash at end of expression')
    const control = CONTROLS[char]
    if (control !== undefined) return control
    const code = codeOf(char)
    if (code < 128 && !/^[0-9A-Za-z]$/.test(char)) return code
    const rest = this.#text.slice(this.#at - 1, this.#at + LONGEST_CODE).join('')
    // A digit alone would be a reference back, which there is none of; but for 0.
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
    const hex = /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest)
    const found = octal ?? hex
    const value = octal === null ? Number.parseInt(hex?.[1] ?? hex?.[2] ?? '', 16) : Number.parseInt(octal[0], 8)
    if (found === null || !(value <= 0x10ffff)) throw new PatternError(`invalid escape sequence: \\${char}`)
    this.#at += found[0].length - 1
    return value
  }

  /** `[^a-f\d[:punct:]]`, behind the bracket. */
  #class(): CharacterSet {
    const negated = this.#take('^')
    let set = CharacterSet.none
    let first = true
    while (first || this.#text[this.#at] !== ']') {
      if (this.#at >= this.#text.length) throw new PatternError('missing closing ]')
      first = false
      set = set.or(this.#posixClass() ?? this.#classPart())
    }
    this.#at++
    return negated ? set.inverted() : set
  }

  #posixClass(): CharacterSet | undefined {
    if (this.#text[this.#at] !== '[' || this.#text[this.#at + 1] !== ':') return undefined
    const found = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + LONGEST_PREFIX).join(''))
    if (found === null) return undefined
    const set = Object.hasOwn(posixClasses, found[2]!) ? posixClasses[found[2]!] : undefined
    if (set === undefined) throw new PatternError(`invalid character class range: ${found[0]}`)
    this.#at += found[0].length
    const folded = this.#flags.fold ? set.folded() : set
    return found[1] === '' ? folded : folded.inverted()
  }

  #classPart(): CharacterSet {
    if (this.#text[this.#at] === '\\') {
      this.#at++
      const set = this.#escapedClass()
      if (set !== undefined) return set
      this.#at--
    }
    const from = this.#classCode()
    if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']' || this.#text[this.#at + 1] === undefined)
      return this.#folded(from)
    this.#at++
    const to = this.#classCode()
    if (to < from) throw new PatternError('invalid character class range')
    const set = CharacterSet.range(from, to)
    if (!this.#flags.fold) return set
    const strangers = [0x17f, 0x212a].filter(code => code >= from && code <= to)
    return strangers.reduce((all, code) => all.or(this.#folded(code)), set.folded())
  }

  #classCode(): number {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new PatternError('missing closing ]')
    return char === '\\' ? this.#escapedCode() : codeOf(char)
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }
}

const LONGEST_PREFIX = 80
const LONGEST_CODE = 16
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }

const codeOf = (char: string): number => char.codePointAt(0)!
const character = (set: CharacterSet): PatternNode => ({ kind: 'character', set })

/** Repetitions inside of repetitions multiply: `(a{100}){100}` asks for 10,000. */
function checkRepeats(node: PatternNode, left: number): void {
  switch (node.kind) {
    case 'sequence':
      for (const part of node.parts) checkRepeats(part, left)
      return
    case 'either':
      for (const option of node.options) checkRepeats(option, left)
      return
    case 'repeat': {
      const count = node.max === Number.POSITIVE_INFINITY ? node.min : node.max
      if (count > left) throw new PatternError(`invalid repeat count: {${count}}`)
      checkRepeats(node.of, count > 1 ? Math.floor(left / count) : left)
    }
  }
}
