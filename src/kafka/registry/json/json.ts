/**
 * JSON as it was written: members in their order, numbers by their text. `JSON.parse` would sort the member "1" first
 * and make 1.50 and 9007199254740993 other numbers, and a schema's identity is its text.
 *
 *     print(parseJson('{"b": 1.50, "1": true}'))   // {"b":1.50,"1":true}
 *
 * Law: parseJson(print(x)) equals x, and print(parseJson(text)) differs from text in white space and escapes alone.
 */
import { MillraceError } from '../../../base/errors.ts'

/** A number as it was written: `-0`, `1.50`, `1e400`. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get value(): number {
    return Number(this.text)
  }

  /** Written without fraction and exponent. */
  get isIntegral(): boolean {
    return !/[.eE]/.test(this.text)
  }

  /** The text of an integer; a zero has no sign. */
  get integer(): string {
    return this.text === '-0' ? '0' : this.text
  }
}

export type JsonObject = ReadonlyMap<string, Json>
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject

export const isObject = (json: Json | undefined): json is JsonObject => json instanceof Map
export const isArray = (json: Json | undefined): json is readonly Json[] => Array.isArray(json)

/** The text is no JSON; `message` says where. */
export class JsonSyntaxError extends MillraceError {
  constructor(message: string) {
    super('SCHEMA_INVALID', 'user', message)
  }
}

/** Deeper than any schema that was written by hand, and shallow enough for the stack. */
const MAX_DEPTH = 1_000
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

/** Reads one JSON value; nothing but white space may follow. */
export function parseJson(text: string): Json {
  let at = 0
  let depth = 0

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }

  function white(): void {
    for (let char = text[at]; char === ' ' || char === '\n' || char === '\t' || char === '\r'; char = text[at]) at++
  }

  function unexpected(wanted: string): JsonSyntaxError {
    const lines = text.slice(0, at).split('\n')
    const found = at < text.length ? `'${String.fromCodePoint(text.codePointAt(at)!)}'` : 'the end'
    return new JsonSyntaxError(
      `expected ${wanted} and found ${found} at line ${lines.length}, column ${lines.at(-1)!.length + 1}`,
    )
  }

  function symbol(char: string): boolean {
    white()
    if (text[at] !== char) return false
    at++
    return true
  }

  /** Up to the quotation mark that no odd number of backslashes stands before. */
  function string(): string | undefined {
    if (text[at] !== '"') return undefined
    let end = text.indexOf('"', at + 1)
    while (end >= 0 && backslashesBefore(text, end) % 2 === 1) end = text.indexOf('"', end + 1)
    if (end < 0) throw unexpected('the end of a string')
    const found = unquote(text.slice(at, end + 1))
    if (found === undefined) throw unexpected('a string')
    at = end + 1
    return found
  }

  function name(): string {
    white()
    const found = string()
    if (found === undefined) throw unexpected('a member name')
    if (!symbol(':')) throw unexpected("':'")
    return found
  }

  function members(): JsonObject {
    const object = new Map<string, Json>()
    if (symbol('}')) return object
    do object.set(name(), value())
    while (symbol(','))
    if (!symbol('}')) throw unexpected("',' or '}'")
    return object
  }

  function elements(): readonly Json[] {
    const array: Json[] = []
    if (symbol(']')) return array
    do array.push(value())
    while (symbol(','))
    if (!symbol(']')) throw unexpected("',' or ']'")
    return array
  }

  function value(): Json {
    if (symbol('{')) return deeper(members)
    if (symbol('[')) return deeper(elements)
    const word = take(WORD)
    if (word !== undefined) return word === 'null' ? null : word === 'true'
    const number = take(NUMBER)
    if (number !== undefined) return new JsonNumber(number)
    const found = string()
    if (found === undefined) throw unexpected('a value')
    return found
  }

  function deeper(read: () => Json): Json {
    if (++depth > MAX_DEPTH) throw new JsonSyntaxError(`JSON is nested deeper than ${MAX_DEPTH}`)
    const found = read()
    depth--
    return found
  }

  const result = value()
  white()
  if (at < text.length) throw unexpected('the end')
  return result
}

function backslashesBefore(text: string, at: number): number {
  let count = 0
  while (text[at - 1 - count] === '\\') count++
  return count
}

/** Undefined for one with control characters, or with an escape that there is not. */
function unquote(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Compact text, as Jackson writes it. `number` gives a number another text. */
export function print(json: Json, number: (n: JsonNumber) => string = n => n.text): string {
  if (json === null || typeof json === 'boolean') return String(json)
  if (typeof json === 'string') return quote(json)
  if (json instanceof JsonNumber) return number(json)
  if (isArray(json)) return `[${json.map(element => print(element, number)).join(',')}]`
  return `{${Array.from(json as JsonObject, ([key, member]) => `${quote(key)}:${print(member, number)}`).join(',')}}`
}

/** Jackson's escapes: as JSON.stringify's, but for the case of hexadecimal digits and lone surrogates. */
export function quote(text: string): string {
  const quoted = JSON.stringify(text)
  if (!quoted.includes('\\u')) return quoted
  return quoted.replace(/\\(?:u([0-9a-f]{4})|.)/g, (escape, hex: string | undefined) => {
    if (hex === undefined) return escape
    return hex.startsWith('d') ? String.fromCharCode(parseInt(hex, 16)) : `\\u${hex.toUpperCase()}`
  })
}

/** The same value with the members of every object sorted by name. */
export function sorted(json: Json): Json {
  if (isArray(json)) return json.map(sorted)
  if (!isObject(json)) return json
  return new Map(Array.from(json, ([key, member]) => [key, sorted(member)] as const).toSorted(([a], [b]) => byText(a, b)))
}

/** Java's order of strings: by UTF-16 unit. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Equality of values: members in any order, numbers by value. */
export function sameJson(a: Json, b: Json): boolean {
  if (a instanceof JsonNumber && b instanceof JsonNumber) return a.text === b.text || decimalOf(a.text) === decimalOf(b.text)
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((element, i) => sameJson(element, b[i]!))
  if (isObject(a) && isObject(b)) {
    return a.size === b.size && Array.from(a).every(([key, member]) => b.has(key) && sameJson(member, b.get(key)!))
  }
  return a === b
}

/** One text per decimal number: sign, digits without zeros at either end, exponent. */
export function decimalOf(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text)!
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`
}

/** As plain JavaScript values, for those who need no order and no long numbers. */
export function plain(json: Json): unknown {
  if (json instanceof JsonNumber) return json.value
  if (isArray(json)) return json.map(plain)
  if (isObject(json)) return Object.fromEntries(Array.from(json, ([key, member]) => [key, plain(member)]))
  return json
}
