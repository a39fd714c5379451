/** The words, strings and signs of a .proto file, and where they stand. Comments and white space are passed over. */
import { MillraceError } from '../../../base/errors.ts'

export class ProtoError extends MillraceError {
  constructor(message: string) {
    super('SCHEMA_INVALID', 'user', message)
  }
}

const SPACE = /(?:[\s\ufeff]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const WORD = /[A-Za-z0-9_.-]+/y

export class Tokens {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    this.#take(SPACE)
    return this.#at >= this.#text.length
  }

  /** The next character that means something; '' at the end. */
  peek(): string {
    this.#take(SPACE)
    return this.#text[this.#at] ?? ''
  }

  /** Takes this sign, if it is next. */
  sign(sign: string): boolean {
    if (this.peek() !== sign) return false
    this.#at++
    return true
  }

  expect(sign: string): void {
    if (!this.sign(sign)) throw this.unexpected(`'${sign}'`)
  }

  /** A name, a keyword, a number: what has no signs but `.`, `_` and `-`. */
  word(wanted = 'a word'): string {
    const found = this.maybeWord()
    if (found === undefined) throw this.unexpected(wanted)
    return found
  }

  maybeWord(): string | undefined {
    this.#take(SPACE)
    return this.#take(WORD)
  }

  /** Takes this word, if it is next. */
  keyword(word: string): boolean {
    const start = this.#at
    if (this.maybeWord() === word) return true
    this.#at = start
    return false
  }

  /** The word without an end. */
  peekWord(): string | undefined {
    const start = this.#at
    const word = this.maybeWord()
    this.#at = start
    return word
  }

  get isAtString(): boolean {
    const next = this.peek()
    return next === '"' || next === "'"
  }

  /** A string; several in a row are one. */
  string(): string {
    if (!this.isAtString) throw this.unexpected('a string')
    let text = ''
    while (this.isAtString) text += this.#one()
    return text
  }

  #one(): string {
    const start = this.#at + 1
    const mark = this.#text[this.#at]
    let end = start
    while (this.#text[end] !== mark) {
      if (end >= this.#text.length || this.#text[end] === '\n') throw this.unexpected('the end of a string')
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#at = end + 1
    return unescape(this.#text.slice(start, end))
  }

  integer(): number {
    const word = this.word('a number')
    const value = /^-?(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(word) ? numberOf(word) : NaN
    if (!Number.isSafeInteger(value)) throw new ProtoError(`${this.#place()}: expected an integer and found ${word}`)
    return value
  }

  unexpected(wanted: string): ProtoError {
    const next = this.peek()
    return new ProtoError(
      `Syntax error in ${this.#place()}: expected ${wanted} and found ${next === '' ? 'the end' : `'${next}'`}`,
    )
  }

  #place(): string {
    const lines = this.#text.slice(0, this.#at).split('\n')
    return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}

/** Decimal, 0x hexadecimal or 0 octal. */
function numberOf(word: string): number {
  const [sign, digits] = word.startsWith('-') ? [-1, word.slice(1)] : [1, word]
  return sign * (/^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits))
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What stands behind the escapes of a string: `\\n`, `\\x0a`, `\\012`. */
export const unescape = (text: string): string =>
  text.replace(/\\(?:[xX]([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g, (_, hex?: string, octal?: string, char?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8))
    return ESCAPES[char!] ?? char!
  })
