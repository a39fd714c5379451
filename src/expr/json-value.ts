/**
 * JSON as Flink's functions see it: numbers keep all their digits, objects print with their keys in order.
 *
 *     printJson(parseJson('{"b": 1.50, "a": 1e2}'))   '{"a":1E+2,"b":1.50}'
 *
 * Only the first value of a text is read, as Flink does: `{"a":1} x` is JSON. A number must be followed by a blank.
 */
import { EvaluationError } from '../base/errors.ts'

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

/** `text` is what java.math.BigDecimal or BigInteger prints. */
export class JsonNumber {
  readonly text: string
  /** How it was written: `exponent` with one, `decimal` with a point only. */
  readonly form: 'integer' | 'decimal' | 'exponent'

  constructor(text: string, form: JsonNumber['form']) {
    this.text = text
    this.form = form
  }
}

/** The text is no JSON. */
export class JsonFault extends EvaluationError {
  constructor(message: string) {
    super('INVALID_JSON', message)
  }
}

/** There is nothing at the path, or what is there has no such part; or the path is none. */
export class PathFault extends EvaluationError {
  constructor(message: string) {
    super('INVALID_JSON_PATH', message)
  }
}

/** Of members with one name the last counts, unless that is told to be an error. */
export interface JsonOptions {
  readonly duplicates?: 'last' | 'error'
}

/** The first value of the text. Throws `JsonFault`. */
export const parseJson = (text: string, options: JsonOptions = {}): Json => new Reader(text, options).document()

/** The first value of the text; undefined where it is no JSON. */
export function firstJson(text: string, options: JsonOptions = {}): { readonly value: Json } | undefined {
  try {
    return { value: parseJson(text, options) }
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined
    throw fault
  }
}

const blank = /[ \t\n\r]*/y
const numberText = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
// oxlint-disable-next-line no-control-regex
const plainText = /[^"\\\0-\x1f]*/y
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  'b': '\b',
  'f': '\f',
  'n': '\n',
  'r': '\r',
  't': '\t',
}
const MAX_DEPTH = 1000

class Reader {
  readonly #text: string
  readonly #options: JsonOptions
  #at = 0
  #depth = 0

  constructor(text: string, options: JsonOptions) {
    this.#text = text
    this.#options = options
  }

  document(): Json {
    this.#blank()
    const value = this.#value()
    if (value instanceof JsonNumber && /[^ \t\n\r]/.test(this.#text.charAt(this.#at))) {
      this.#fail('expected a space between values')
    }
    return value
  }

  #value(): Json {
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.#fail(`nested deeper than ${MAX_DEPTH}`)
    this.#at++
    const value = read()
    this.#depth--
    return value
  }

  #object(): JsonObject {
    const members = new Map<string, Json>()
    this.#blank()
    if (this.#take('}')) return members
    do {
      this.#blank()
      if (this.#text.charAt(this.#at) !== '"') this.#fail('expected a name in double quotes')
      const name = this.#string()
      if (this.#options.duplicates === 'error' && members.has(name)) this.#fail(`the name ${quoteJson(name)} stands twice`)
      this.#blank()
      if (!this.#take(':')) this.#fail("expected ':'")
      this.#blank()
      members.set(name, this.#value())
      this.#blank()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail("expected ',' or '}'")
    return members
  }

  #array(): Json[] {
    const elements: Json[] = []
    this.#blank()
    if (this.#take(']')) return elements
    do {
      this.#blank()
      elements.push(this.#value())
      this.#blank()
    } while (this.#take(','))
    if (!this.#take(']')) this.#fail("expected ',' or ']'")
    return elements
  }

  #string(): string {
    this.#at++
    let value = ''
    for (;;) {
      value += this.#match(plainText)![0]
      const c = this.#text.charAt(this.#at++)
      if (c === '"') return value
      if (c !== '\\') this.#fail(c === '' ? 'a string does not end' : 'a control character in a string')
      value += this.#escape(this.#text.charAt(this.#at++))
    }
  }

  #escape(c: string): string {
    if (c !== 'u') return escapes[c] ?? this.#fail(`unrecognized escape \\${c}`)
    const code = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(code)) this.#fail('expected four hexadecimal digits')
    this.#at += 4
    return String.fromCharCode(Number.parseInt(code, 16))
  }

  #number(): JsonNumber {
    const match = this.#match(numberText) ?? this.#fail('expected a value')
    if (/[\w.]/.test(this.#text.charAt(this.#at))) this.#fail('a number does not end')
    if (match[2] !== undefined) return new JsonNumber(bigDecimalText(match[0]), 'exponent')
    if (match[1] !== undefined) return new JsonNumber(bigDecimalText(match[0]), 'decimal')
    return new JsonNumber(match[0] === '-0' ? '0' : match[0], 'integer')
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('unrecognized token')
    this.#at += word.length
    if (/\w/.test(this.#text.charAt(this.#at))) this.#fail('unrecognized token')
    return value
  }

  #take(sign: string): boolean {
    const isThere = this.#text.charAt(this.#at) === sign
    if (isThere) this.#at++
    return isThere
  }

  #blank(): void {
    this.#match(blank)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text) ?? undefined
    if (match !== undefined) this.#at = pattern.lastIndex
    return match
  }

  #fail(what: string): never {
    const before = this.#text.slice(0, this.#at)
    const line = before.split('\n').length
    throw new JsonFault(`${what} at line: ${line}, column: ${this.#at - before.lastIndexOf('\n')}`)
  }
}

/** `new BigDecimal(text).toString()` for a number with a point or an exponent. */
export function bigDecimalText(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  return scaledText(sign!, `${whole}${fraction}`.replace(/^0+(?=\d)/, ''), fraction.length - Number(exponent))
}

/** The value of a DECIMAL as java.math.BigDecimal prints it: plain, but with an exponent below 1E-6. */
export const decimalJson = (unscaled: bigint, scale: number): string =>
  scaledText(unscaled < 0n ? '-' : '', String(unscaled < 0n ? -unscaled : unscaled), scale)

function scaledText(minus: string, digits: string, scale: number): string {
  const sign = digits === '0' ? '' : minus
  const exponent = digits.length - 1 - scale
  if (scale === 0) return sign + digits
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const mantissa = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`
  return exponent === 0 ? sign + mantissa : `${sign}${mantissa}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

/** Without blanks; the members of objects in the order of their names, by UTF-16 units. */
export function printJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoteJson(value)
  if (value instanceof JsonNumber) return value.text
  if (isArray(value)) return `[${value.map(printJson).join(',')}]`
  const names = [...value.keys()].toSorted()
  return `{${names.map(name => `${quoteJson(name)}:${printJson(value.get(name)!)}`).join(',')}}`
}

export const isArray = (value: Json): value is readonly Json[] => Array.isArray(value)
export const isObject = (value: Json): value is JsonObject => value instanceof Map
export const isScalar = (value: Json): boolean => !isArray(value) && !isObject(value)

/** Control characters in capital hexadecimal digits, `/` and all beyond ASCII as they are. */
export const quoteJson = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  `"${text.replace(/["\\\0-\x1f]/g, c => shortEscapes[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}
