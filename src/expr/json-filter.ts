/**
 * Filters in JSON paths: `(@.price < 10 && @.isbn)`. A path by itself asks whether it is there; NULL, TRUE, numbers, text
 * and lists are literals; `==` and `!=` compare anything, `<` and its kin numbers or text.
 */
import { UnsupportedError } from '../base/errors.ts'
import { compareText } from '../data/compare.ts'
import { type Json, JsonNumber, PathFault, firstJson, isArray, printJson } from './json-value.ts'

export type Test = (value: Json) => boolean
/** Undefined: the path leads nowhere. */
type Operand = (value: Json) => Json | undefined

/** How the paths inside are read. */
type PathOf = (text: string) => { find(root: Json): Json }

/** The filter in parentheses that begins at `at`. */
export function readFilter(text: string, at: number, pathOf: PathOf): { readonly test: Test; readonly end: number } {
  const reader = new FilterReader(text, at, pathOf)
  const test = reader.inParentheses()
  return { test, end: reader.at }
}

class FilterReader {
  readonly #text: string
  readonly #pathOf: PathOf
  at: number

  constructor(text: string, at: number, pathOf: PathOf) {
    this.#text = text
    this.#pathOf = pathOf
    this.at = at
  }

  inParentheses(): Test {
    if (!this.#take('(')) this.#fail()
    const test = this.#or()
    if (!this.#take(')')) this.#fail()
    return test
  }

  #or(): Test {
    const tests = [this.#and()]
    while (this.#take('||')) tests.push(this.#and())
    return value => tests.some(test => test(value))
  }

  #and(): Test {
    const tests = [this.#not()]
    while (this.#take('&&')) tests.push(this.#not())
    return value => tests.every(test => test(value))
  }

  #not(): Test {
    if (this.#take('!')) {
      const test = this.#not()
      return value => !test(value)
    }
    if (this.#peek('(')) return this.inParentheses()
    return this.#comparison()
  }

  #comparison(): Test {
    const left = this.#operand()
    const operator = this.#match(/==|!=|<=|>=|<|>|=~|\b[a-z]+\b/y)
    if (operator === undefined) return value => left(value) !== undefined
    const compare = comparisons[operator]
    if (compare === undefined) throw new UnsupportedError(`${operator} in a JSON path`)
    const right = this.#operand()
    return value => compare(left(value), right(value))
  }

  #operand(): Operand {
    const path = this.#match(/[@$](?:\.\.?[\w*$-]+|\[(?:'[^']*'|"[^"]*"|[^\]'"]*)\])*/y)
    if (path !== undefined) return pathOperand(path, this.#pathOf)
    const literal = this.#literal()
    return () => literal
  }

  #literal(): Json {
    const quoted = this.#match(/'(?:[^'\\]|\\.)*'/y)
    if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(.)/g, '$1')
    if (this.#take('[')) {
      const elements: Json[] = []
      if (this.#take(']')) return elements
      do elements.push(this.#literal())
      while (this.#take(','))
      return this.#take(']') ? elements : this.#fail()
    }
    const text = this.#match(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) ?? this.#fail()
    return firstJson(text)?.value ?? null
  }

  #peek(sign: string): boolean {
    this.#match(/\s*/y)
    return this.#text.startsWith(sign, this.at)
  }

  #take(sign: string): boolean {
    const isThere = this.#peek(sign)
    if (isThere) this.at += sign.length
    return isThere
  }

  #match(pattern: RegExp): string | undefined {
    while (/\s/.test(this.#text.charAt(this.at))) this.at++
    pattern.lastIndex = this.at
    const text = pattern.exec(this.#text)?.[0]
    this.at += text?.length ?? 0
    return text
  }

  #fail(): never {
    throw new PathFault(`Illegal filter in jsonpath spec '${this.#text}' at position ${this.at}`)
  }
}

function pathOperand(text: string, pathOf: PathOf): Operand {
  const path = pathOf(text)
  return value => {
    if (value === null) return text === '@' ? null : undefined
    try {
      return path.find(value)
    } catch (fault) {
      if (fault instanceof PathFault) return undefined
      throw fault
    }
  }
}

const comparisons: Readonly<Record<string, (a: Json | undefined, b: Json | undefined) => boolean>> = {
  '==': (a, b) => isSame(a, b),
  '!=': (a, b) => !isSame(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  'in': (a, b) => b !== undefined && isArray(b) && b.some(element => isSame(a, element)),
  'nin': (a, b) => b !== undefined && isArray(b) && !b.some(element => isSame(a, element)),
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a instanceof JsonNumber && b instanceof JsonNumber) return Number(a.text) === Number(b.text)
  return printJson(a) === printJson(b)
}

/** NaN where the two have no order. */
function order(a: Json | undefined, b: Json | undefined): number {
  if (a instanceof JsonNumber && b instanceof JsonNumber) return Number(a.text) - Number(b.text)
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number.NaN
}
