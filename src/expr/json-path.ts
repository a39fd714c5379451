/**
 * SQL/JSON paths as Flink evaluates them, with the rules of the JsonPath library.
 *
 *     $.a.b  $['a b']  $[0]  $[-1]      definite: one value, or `PathFault` where there is none
 *     $.a[*]  $..b  $[0,2]  $[1:3]      indefinite: the list of all values found, maybe empty
 *     $.a[?(@.x > 1 && @.y == 'k')]     filters: indefinite
 *
 * In `lax` mode a path that is not there gives NULL (an empty list when indefinite), in `strict` mode, the one without a
 * word before the path, an error.
 */
import { UnsupportedError } from '../base/errors.ts'
import { type Test, readFilter } from './json-filter.ts'
import { type Json, JsonNumber, PathFault, isArray, isObject } from './json-value.ts'

export interface JsonPath {
  readonly mode: 'lax' | 'strict'
  readonly isDefinite: boolean
  /** Throws `PathFault`. */
  find(root: Json): Json
}

type Token =
  | { readonly kind: 'property'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'filter'; readonly test: Test }
  | { readonly kind: 'wildcard' | 'scan' | 'length' }

/** `lax $.a`, `strict $.a`, `$.a`. Throws `PathFault` for text that is no path. */
export function jsonPath(text: string): JsonPath {
  const [, mode, spec] = /^\s*(strict|lax)\s+(.+)$/is.exec(text) ?? []
  const tokens = new PathReader(spec ?? text).tokens()
  const isDefinite = tokens.every((token, i) => definite(token, i === tokens.length - 1))
  const search = new Search(tokens)
  return { mode: mode?.toLowerCase() === 'lax' ? 'lax' : 'strict', isDefinite, find: root => search.find(root, isDefinite) }
}

function definite(token: Token, isLast: boolean): boolean {
  switch (token.kind) {
    case 'property':
      return token.names.length === 1 || isLast
    case 'index':
      return token.indexes.length === 1
    case 'length':
      return true
    default:
      return false
  }
}

export class PathReader {
  readonly #text: string
  at = 0

  constructor(text: string) {
    const trimmed = text.trim()
    if (trimmed === '') throw new PathFault('path can not be null or empty')
    this.#text = /^[$@]/.test(trimmed) ? trimmed : `$.${trimmed}`
  }

  tokens(): Token[] {
    this.at = 1
    const tokens: Token[] = []
    while (this.at < this.#text.length) tokens.push(...this.#step())
    return tokens
  }

  #step(): Token[] {
    if (this.#match(/\.\.(?=\[)/y)) return [{ kind: 'scan' }]
    if (this.#match(/\.\./y)) return [{ kind: 'scan' }, this.#afterDot()]
    if (this.#match(/\.?\[\s*/y)) return [this.#bracket()]
    if (this.#match(/\./y)) return [this.#afterDot()]
    return this.#fail()
  }

  #afterDot(): Token {
    if (this.#match(/\*/y)) return { kind: 'wildcard' }
    const call = this.#match(/(\w+)\(\s*\)/y)
    if (call?.[1] === 'length' || call?.[1] === 'size') return { kind: 'length' }
    if (call) throw new UnsupportedError(`the function ${call[1]}() in a JSON path`)
    const name = this.#match(/[^.[\]()\s]+/y) ?? this.#fail()
    return { kind: 'property', names: [name[0]] }
  }

  #bracket(): Token {
    const token = this.#inBrackets()
    if (!this.#match(/\s*\]/y)) this.#fail()
    return token
  }

  #inBrackets(): Token {
    if (this.#match(/\*/y)) return { kind: 'wildcard' }
    if (this.#match(/\?\s*(?=\()/y)) {
      const { test, end } = readFilter(this.#text, this.at, jsonPath)
      this.at = end
      return { kind: 'filter', test }
    }
    const slice = this.#match(/(-?\d+)?\s*:\s*(-?\d+)?/y)
    if (slice)
      return { kind: 'slice', from: slice[1] ? Number(slice[1]) : undefined, to: slice[2] ? Number(slice[2]) : undefined }
    const indexes = this.#match(/-?\d+(?:\s*,\s*-?\d+)*/y)
    if (indexes) return { kind: 'index', indexes: indexes[0].split(',').map(Number) }
    const names: string[] = []
    do names.push(this.#quoted())
    while (this.#match(/\s*,\s*/y))
    return { kind: 'property', names }
  }

  #quoted(): string {
    const quoted = this.#match(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y) ?? this.#fail()
    return (quoted[1] ?? quoted[2]!).replace(/\\(.)/g, '$1')
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#text) ?? undefined
    this.at += match?.[0].length ?? 0
    return match
  }

  #fail(): never {
    throw new PathFault(`Illegal jsonpath spec '${this.#text}' at position ${this.at}`)
  }
}

/** Follows the tokens one by one; `path` is how errors name the place. */
class Search {
  readonly #tokens: readonly Token[]
  #found: Json[] = []

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  find(root: Json, isDefinite: boolean): Json {
    if (root === null) throw new PathFault('json object can not be null')
    this.#found = []
    this.#follow(0, root, '$', true)
    if (!isDefinite) return this.#found
    if (this.#found.length === 0) throw new PathFault(`No results for path: ${this.#tokens.reduce(nameOf, '$')}`)
    return this.#found[0]!
  }

  /** `strict`: only definite tokens so far, so that what is missing is an error. */
  #follow(i: number, value: Json, path: string, strict: boolean): void {
    const token = this.#tokens[i]
    if (token === undefined) {
      this.#found.push(value)
      return
    }
    const next = (child: Json, stays = true) => this.#follow(i + 1, child, nameOf(path, token), strict && stays)
    switch (token.kind) {
      case 'property':
        return this.#property(token.names, i, value, path, strict, next)
      case 'index':
        return this.#index(token.indexes, value, path, strict, next)
      case 'slice':
        if (isArray(value)) for (const child of value.slice(token.from, token.to)) next(child, false)
        return
      case 'wildcard':
        for (const child of childrenOf(value)) next(child, false)
        return
      case 'filter':
        for (const child of isArray(value) ? value : isObject(value) ? [value] : []) if (token.test(child)) next(child, false)
        return
      case 'scan':
        return this.#scan(i + 1, value, path)
      case 'length': {
        if (isArray(value)) next(new JsonNumber(String(value.length), 'integer'))
        else if (isObject(value)) next(new JsonNumber(String(value.size), 'integer'))
        else next(null)
      }
    }
  }

  #property(names: readonly string[], i: number, value: Json, path: string, strict: boolean, next: (child: Json) => void): void {
    if (!isObject(value)) {
      if (strict) throw new PathFault(`Expected to find an object with property ['${names.join("', '")}'] in path ${path}`)
      return
    }
    if (names.length > 1 && i === this.#tokens.length - 1)
      return next(new Map([...value].filter(([name]) => names.includes(name))))
    for (const name of names) {
      if (value.has(name)) next(value.get(name)!)
      else if (strict && names.length === 1) {
        const isLast = i === this.#tokens.length - 1
        throw new PathFault(isLast ? `No results for path: ${path}['${name}']` : `Missing property in path ${path}['${name}']`)
      }
    }
  }

  #index(
    indexes: readonly number[],
    value: Json,
    path: string,
    strict: boolean,
    next: (child: Json, stays?: boolean) => void,
  ): void {
    if (!isArray(value)) {
      if (strict) throw new PathFault(`Filter: [${indexes.join(',')}] can only be applied to arrays. Current context is: ${path}`)
      return
    }
    for (const index of indexes) {
      const child = value.at(index)
      if (child !== undefined) next(child, indexes.length === 1)
    }
  }

  /** The rest of the path from here and from everything below. */
  #scan(i: number, value: Json, path: string): void {
    this.#follow(i, value, `${path}..`, false)
    for (const child of childrenOf(value)) this.#scan(i, child, path)
  }
}

const childrenOf = (value: Json): Iterable<Json> => (isArray(value) ? value : isObject(value) ? value.values() : [])

function nameOf(path: string, token: Token): string {
  switch (token.kind) {
    case 'property':
      return `${path}['${token.names.join("','")}']`
    case 'index':
      return `${path}[${token.indexes.join(',')}]`
    case 'slice':
      return `${path}[${token.from ?? ''}:${token.to ?? ''}]`
    case 'wildcard':
      return `${path}[*]`
    case 'filter':
      return `${path}[?]`
    case 'scan':
      return `${path}..`
    case 'length':
      return `${path}.length()`
  }
}
