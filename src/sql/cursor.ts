/**
 * A place in a list of tokens, and the small vocabulary all grammar files are written in:
 *
 *     at('FROM')      is the next token FROM?
 *     take('FROM')    if so, step over it
 *     expect('FROM')  step over it, or say what was expected
 *     fail('a name')  say what was expected here
 *
 * When diagnosing, every word that is asked for at a token is remembered, so that an error can guess what a misspelt one meant.
 * That costs time, so a text is first parsed without, and once more when it turns out to be wrong.
 * Parsing never goes back: two tokens of look-ahead, or the shape of what was just parsed, decide everywhere.
 */
import { SqlError, UnsupportedError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { nearest } from '../base/suggest.ts'
import type { Expression, Identifier, Name, NumberLiteral, Query, StringLiteral } from './ast.ts'
import { isReserved, mustQuoteBehindDot } from './keywords.ts'
import { type Token, tokenize } from './tokens.ts'

/** Parentheses in parentheses, subqueries in subqueries: each takes some stack while parsing. */
export const maxNesting = 250
/** The height of a tree, which `a + b + c + ..` raises too: each level takes some stack of whoever walks it. */
export const maxHeight = 1_000

/** The two rules that every other rule needs; handed in, so that grammar files import each other in one direction. */
export interface Rules {
  /** An expression whose operators bind at least as tightly as `minimum`. */
  expression(p: Cursor, minimum: number): Expression
  query(p: Cursor): Query
  /** A query that begins with one already read, in parentheses. */
  queryAfter(p: Cursor, first: Query): Query
}

export class Cursor {
  readonly #tokens: readonly Token[]
  readonly #rules: Rules
  readonly #diagnose: boolean
  #index = 0
  #nesting = 0
  #height = 0
  #parameters = 0
  #asked = new Set<string>()
  #aliasIndex = -1

  constructor(text: string, rules: Rules, options: { readonly diagnose: boolean }) {
    this.#tokens = tokenize(text)
    this.#rules = rules
    this.#diagnose = options.diagnose
    const last = this.#tokens.at(-1)!
    if (last.error !== undefined) throw last.error
  }

  // ── looking ──

  get token(): Token {
    return this.#tokens[this.#index]!
  }

  /** The token `ahead` of the next one; the last token of all is `end`. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!
  }

  /** Where the next node starts. */
  get start(): number {
    return this.token.start
  }

  /** From a start to the end of the last token stepped over. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.#tokens[this.#index - 1]?.end ?? start) }
  }

  /** Whether the next tokens are these keywords or operators. */
  at(...symbols: readonly string[]): boolean {
    if (this.#diagnose) this.#asked.add(symbols[0]!)
    for (let i = 0; i < symbols.length; i++) if (this.peek(i).symbol !== symbols[i]) return false
    return true
  }

  /** Whether the next token is one of these keywords or operators. */
  atAny(...symbols: readonly string[]): boolean {
    if (this.#diagnose) for (const symbol of symbols) this.#asked.add(symbol)
    return symbols.includes(this.token.symbol)
  }

  // ── stepping ──

  next(): Token {
    const token = this.token
    if (token.kind !== 'end') this.#index += 1
    if (this.#diagnose) this.#asked.clear()
    return token
  }

  /** Steps over these keywords or operators if they are all there. */
  take(...symbols: readonly string[]): boolean {
    if (!this.at(...symbols)) return false
    for (let i = 0; i < symbols.length; i++) this.next()
    return true
  }

  /** Steps over one of these and says which. */
  takeAny<S extends string>(...symbols: readonly S[]): S | undefined {
    return this.atAny(...symbols) ? (this.next().symbol as S) : undefined
  }

  expect(...symbols: readonly string[]): Token {
    let token = this.token
    for (const symbol of symbols) {
      token = this.token
      if (!this.take(symbol)) this.fail(symbol)
    }
    return token
  }

  expectAny<S extends string>(...symbols: readonly S[]): S {
    return this.takeAny(...symbols) ?? this.fail(listed(symbols))
  }

  // ── what every rule needs ──

  expression(minimum = 0): Expression {
    return this.#rules.expression(this, minimum)
  }

  query(): Query {
    return this.#rules.query(this)
  }

  queryAfter(first: Query): Query {
    return this.#rules.queryAfter(this, first)
  }

  /** One or more, separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.take(',')) items.push(item())
    return items
  }

  /** One or more in parentheses. */
  parenthesized<T>(item: () => T): T[] {
    this.expect('(')
    const items = this.list(item)
    this.expect(')')
    return items
  }

  atEnd(): boolean {
    return this.token.kind === 'end'
  }

  /** Whether the next token can be a name. */
  atName(): boolean {
    const { kind, text } = this.token
    return kind === 'quoted' || (kind === 'word' && !isReserved(text))
  }

  identifier(what = 'a name'): Identifier {
    if (!this.atName()) this.fail(what)
    return this.anyWord()
  }

  /** A name behind a dot. There it needs no back-quotes, unless it may as well be the clause that follows a forgotten name. */
  member(what = 'a name'): Identifier {
    return this.token.kind === 'word' && !mustQuoteBehindDot(this.token.text) ? this.anyWord() : this.identifier(what)
  }

  /** The next token as a name even if it is reserved: for places where no keyword can stand. */
  anyWord(): Identifier {
    const { kind, text, start, end } = this.next()
    return { kind: 'identifier', name: text, quoted: kind === 'quoted', span: { start, end } }
  }

  name(what = 'a name'): Name {
    const start = this.start
    const parts = [this.identifier(what)]
    while (this.take('.')) parts.push(this.member(what))
    return { kind: 'name', parts, span: this.spanFrom(start) }
  }

  /** A name without AS. When what follows makes no sense, it was likely a misspelt keyword: see `fail`. */
  implicitAlias(): Identifier | undefined {
    if (!this.atName()) return undefined
    this.#aliasIndex = this.#index
    return this.identifier()
  }

  /** Strings on several lines are one string, as in the SQL standard. */
  string(what = 'a string in single quotes'): StringLiteral {
    const first = this.token
    if (first.kind !== 'string') this.fail(what)
    this.next()
    let value = first.text
    while (this.token.kind === 'string') value += this.next().text
    return { kind: 'string', value, span: this.spanFrom(first.start) }
  }

  atString(): boolean {
    return this.token.kind === 'string'
  }

  number(): NumberLiteral {
    const { kind, text, start, end } = this.token
    if (kind !== 'number') this.fail('a number')
    this.next()
    return { kind: 'number', text, span: { start, end } }
  }

  /** A whole number, such as a precision. */
  integer(): number {
    const { kind, text } = this.token
    if (kind !== 'number' || !/^\d{1,10}$/.test(text)) this.fail('a whole number')
    this.next()
    return Number(text)
  }

  /** `?` markers are numbered in the order they are met. */
  nextParameter(): number {
    return this.#parameters++
  }

  // ── depth ──

  /** Every rule that can contain itself runs inside of this. */
  nested<T>(rule: () => T): T {
    const outer = this.#height
    this.#height = 0
    this.#nesting += 1
    if (this.#nesting > maxNesting) this.#tooDeep()
    const result = rule()
    this.#nesting -= 1
    this.grow()
    this.#height = Math.max(outer, this.#height)
    return result
  }

  /** Each turn of a loop that makes what it has the left child of something new: the tree gets higher without any nesting. */
  grow(): void {
    this.#height += 1
    if (this.#height > maxHeight) this.#tooDeep()
  }

  #tooDeep(): never {
    const { start, end } = this.token
    throw new SqlError(
      'SQL_SYNTAX',
      'this is nested too deeply',
      { start, end },
      { hint: 'split it with a WITH clause or a view' },
    )
  }

  // ── complaining ──

  /** Says what was expected here. The error points at the likeliest culprit. */
  fail(expected: string): never {
    const culprit = this.#misspeltAlias()
    const token = culprit?.token ?? this.token
    const found = token.kind === 'end' ? 'the text ends' : `found ${describe(token)}`
    const quoting = culprit === undefined ? quotingHint(token, expected) : undefined
    const guess =
      culprit?.guess ?? (token.kind === 'word' && quoting === undefined ? keywordLike(token.text, this.#asked) : undefined)
    throw new SqlError('SQL_SYNTAX', `expected ${guess ?? shown(expected)} but ${found}`, spanOf(token), {
      hint: guess === undefined ? quoting : `did you mean '${guess}'?`,
    })
  }

  /** An error about something that was read without trouble. */
  reject(message: string, span: Span, hint?: string): never {
    throw new SqlError('SQL_SYNTAX', message, span, { hint })
  }

  unsupported(what: string, span: Span = spanOf(this.token)): never {
    throw new UnsupportedError(what, span)
  }

  /** `SELECT a FORM t`: the error shows at `t`, where FROM was asked for, but FORM, read as an alias, is to blame. */
  #misspeltAlias(): { readonly token: Token; readonly guess: string } | undefined {
    if (this.#index === 0 || this.#aliasIndex !== this.#index - 1) return undefined
    const token = this.#tokens[this.#aliasIndex]!
    const guess = token.kind === 'word' ? keywordLike(token.text, this.#asked) : undefined
    return guess === undefined ? undefined : { token, guess }
  }
}

const spanOf = ({ start, end }: Token): Span => ({ start, end })

const shown = (expected: string): string => (/^[^A-Za-z]+$/.test(expected) ? `'${expected}'` : expected)

const listed = (symbols: readonly string[]): string =>
  symbols.length === 1 ? symbols[0]! : `${symbols.slice(0, -1).join(', ')} or ${symbols.at(-1)!}`

function describe(token: Token): string {
  if (token.kind === 'string') return 'a string'
  if (token.kind === 'binary') return 'a binary literal'
  if (token.kind === 'number') return `the number ${token.text}`
  if (token.kind === 'word' && isReserved(token.text)) return `the reserved word ${token.text}`
  return `'${token.text}'`
}

function keywordLike(word: string, asked: ReadonlySet<string>): string | undefined {
  const guess = nearest(
    word,
    [...asked].filter(symbol => /^[A-Z]{2}/.test(symbol)),
  )
  return guess === word.toUpperCase() ? undefined : guess
}

/** What to do about a word that can't stand here as it is. */
function quotingHint({ kind, text }: Token, expected: string): string | undefined {
  if (kind !== 'word') return undefined
  if (/quotes|such as '/.test(expected)) return `in single quotes: '${text}'`
  const wantsName = /^an? (?:name|column|table|view|field|alias|catalog|database|model|function)/.test(expected)
  const wantsExpression = /^an (?:alias|expression)/.test(expected)
  if (!isReserved(text) || !(wantsName || wantsExpression)) return undefined
  return wantsExpression && mustQuoteBehindDot(text) ? undefined : `as a name it is written \`${text}\``
}
