/** A cursor over a short text: skips blanks, takes words, signs and quoted pieces. For types and the notation. */
import { SqlError } from '../base/errors.ts'

export class TextReader {
  readonly text: string
  readonly #code: string
  at = 0

  /** `code` is that of the errors `fail` throws. */
  constructor(text: string, code: string) {
    this.text = text
    this.#code = code
  }

  /** Throws an `SqlError` that points at what comes next. */
  fail(message: string): never {
    const start = Math.min(this.next(), this.text.length)
    const end = Math.max(start + 1, /\s|$/.exec(this.text.slice(start + 1))!.index + start + 1)
    const error = new SqlError(this.#code, start === this.text.length ? `${message}, but the text ends` : message, { start, end })
    error.source = this.text
    throw error
  }

  /** Where the next thing starts. */
  next(): number {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++
    return this.at
  }

  atEnd(): boolean {
    return this.next() === this.text.length
  }

  /** What a sticky pattern matches here, after blanks. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.next()
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  peek(sign: string): boolean {
    return this.text.startsWith(sign, this.next())
  }

  sign(sign: string): boolean {
    if (!this.peek(sign)) return false
    this.at += sign.length
    return true
  }

  expect(sign: string): void {
    if (!this.sign(sign)) this.fail(`'${sign}' is expected`)
  }

  /** Takes this word, in any case. */
  word(word: string): boolean {
    const start = this.next()
    if (this.anyWord()?.toUpperCase() === word) return true
    this.at = start
    return false
  }

  anyWord(): string | undefined {
    return this.match(/[\p{L}_][\p{L}\p{N}_]*/uy)
  }

  /** A plain word, or anything in backticks (a backtick in it is doubled). */
  name(): string {
    const quoted = this.match(/`(?:[^`]|``)*`/y)
    if (quoted !== undefined) return quoted.slice(1, -1).replaceAll('``', '`')
    return this.anyWord() ?? this.fail('a name is expected')
  }

  /** A text in single quotes ('' is a quote), or after an E also with escapes: E'a\nb'. Undefined when none starts here. */
  quoted(): string | undefined {
    const plain = this.match(/'(?:[^']|'')*'/y)
    if (plain !== undefined) return plain.slice(1, -1).replaceAll("''", "'")
    const escaped = this.match(/[Ee]'(?:[^'\\]|''|\\[^])*'/y)
    return escaped === undefined ? undefined : unescape(escaped.slice(2, -1))
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

const unescape = (text: string): string =>
  text.replace(/''|\\(u[\da-fA-F]{4}|[^])/g, (_, code: string | undefined) =>
    code === undefined
      ? "'"
      : /^u./.test(code)
        ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
        : (escapes[code] ?? code),
  )

/** What does not stand in a line as it is: control characters, line separators, halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex
const awkward = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const escaped = new RegExp(`[\\\\']|${awkward.source}`, 'g')
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "''" }

/** A text in quotes such that `TextReader.quoted` reads it back, on one line. */
export function quote(text: string): string {
  if (!awkward.test(text)) return `'${text.replaceAll("'", "''")}'`
  return `E'${text.replace(escaped, char => named[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`
}
