/**
 * Text to tokens.
 *
 *     SELECT `a b`, x'0c' -- tail
 *     word SELECT · quoted "a b" · op , · binary 0c · end
 *
 * Never throws: what can't be read becomes a token of kind `bad` that carries its error, so that a shell can
 * ask about half a statement. Comments are skipped; the insides of a hint are tokens like any others.
 */
import { SqlError } from '../base/errors.ts'

export type TokenKind = 'word' | 'quoted' | 'number' | 'string' | 'binary' | 'op' | 'bad' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** A word as written, the value of a string or quoted name, the digits of a binary, an operator. */
  readonly text: string
  /** A word in upper case, or an operator; empty for every other kind, so that it compares with no keyword. */
  readonly symbol: string
  readonly start: number
  readonly end: number
  /** Only of `bad`. */
  readonly error?: SqlError
  /** Only of `bad`: the text ended inside a string, a quoted name, a comment or a hint. */
  readonly unterminated?: boolean
}

const wordStart = /[\p{L}\p{Nl}\p{Pc}\p{Sc}]/u
const wordPart = /[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Sc}]*/uy
const plainWord = /[A-Za-z_$][\w$]*/y
const space = /\s+/y
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const lineComment = /(?:--|\/\/)[^\n\r]*/y
const twoCharacterOps = new Set(['<>', '!=', '<=', '>=', '||', '=>'])
const oneCharacterOps = new Set('()[]{},;.=<>+-*/%|?:^$')

/** All tokens of a text, ending in `end`; reading stops at the first `bad` one. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let hintStart = -1
  while (at < text.length) {
    const skipped = match(space, text, at) ?? match(lineComment, text, at)
    if (skipped !== undefined) {
      at += skipped.length
    } else if (text.startsWith('/*', at) && text[at + 2] !== '+') {
      const end = text.indexOf('*/', at + 2)
      if (end < 0) return [...tokens, unterminated('comment', text, at)]
      at = end + 2
    } else {
      const token = tokenAt(text, at, hintStart >= 0)
      tokens.push(token)
      if (token.kind === 'bad') return tokens
      if (token.symbol === '/*+') hintStart = token.start
      if (token.symbol === '*/') hintStart = -1
      at = token.end
    }
  }
  if (hintStart >= 0) return [...tokens, unterminated('hint', text, hintStart)]
  tokens.push({ kind: 'end', text: '', symbol: '', start: text.length, end: text.length })
  return tokens
}

function tokenAt(text: string, at: number, inHint: boolean): Token {
  const character = text[at]!
  const next = text[at + 1]
  if (character === "'") return stringAt(text, at, at)
  if (character === '`') return quotedAt(text, at)
  if (next === "'" && /[xX]/.test(character)) return binaryAt(text, at)
  if (next === "'" && /[nN]/.test(character)) return stringAt(text, at, at + 1)
  if (next === "'" && /[eE]/.test(character)) return escapedStringAt(text, at)
  if (next === '&' && text[at + 2] === "'" && /[uU]/.test(character)) return unicodeStringAt(text, at)
  const charset = match(/_[A-Za-z0-9][\w:.-]*(?=')/y, text, at)
  if (charset !== undefined) return stringAt(text, at, at + charset.length)
  if (/[0-9]/.test(character) || (character === '.' && /[0-9]/.test(next ?? ''))) return numberAt(text, at)
  const word = wordAt(text, at)
  if (word !== undefined) return { kind: 'word', text: word, symbol: word.toUpperCase(), start: at, end: at + word.length }
  return operatorAt(text, at, inHint)
}

function wordAt(text: string, at: number): string | undefined {
  const plain = match(plainWord, text, at)
  if (plain === '$') return undefined
  const after = plain === undefined ? at : at + plain.length
  const following = String.fromCodePoint(text.codePointAt(after) ?? 0)
  if (plain !== undefined && following.charCodeAt(0) < 128) return plain
  if (plain === undefined && !wordStart.test(following)) return undefined
  return match(wordPart, text, at)
}

function operatorAt(text: string, at: number, inHint: boolean): Token {
  const op = (op: string): Token => ({ kind: 'op', text: op, symbol: op, start: at, end: at + op.length })
  if (text.startsWith('/*+', at)) return op('/*+')
  if (inHint && text.startsWith('*/', at)) return op('*/')
  if (twoCharacterOps.has(text.slice(at, at + 2))) return op(text.slice(at, at + 2))
  if (oneCharacterOps.has(text[at]!)) return op(text[at]!)
  const character = String.fromCodePoint(text.codePointAt(at)!)
  const hint = character === '"' ? "quote names as `name` and text as 'text'" : undefined
  return bad(`unexpected character '${character}'`, at, at + character.length, hint)
}

function numberAt(text: string, at: number): Token {
  const digits = match(number, text, at)!
  const end = at + digits.length
  if (wordStart.test(text[end] ?? '')) return bad(`a number can't run into a word: '${digits}${text[end]}'`, at, end + 1)
  return { kind: 'number', text: digits, symbol: '', start: at, end }
}

/** A string whose first quote is at `quote` and whose token starts at `at`: a quote inside is doubled, nothing else is special. */
function stringAt(text: string, at: number, quote: number): Token {
  const end = closing(text, quote, "'")
  if (end < 0) return unterminated('string', text, at)
  return { kind: 'string', text: text.slice(quote + 1, end).replaceAll("''", "'"), symbol: '', start: at, end: end + 1 }
}

function quotedAt(text: string, at: number): Token {
  const end = closing(text, at, '`')
  if (end < 0) return unterminated('quoted name', text, at)
  if (end === at + 1) return bad('a quoted name is empty', at, end + 1)
  return { kind: 'quoted', text: text.slice(at + 1, end).replaceAll('``', '`'), symbol: '', start: at, end: end + 1 }
}

function binaryAt(text: string, at: number): Token {
  const end = closing(text, at + 1, "'")
  if (end < 0) return unterminated('string', text, at)
  const hex = text.slice(at + 2, end).toLowerCase()
  if (!/^[0-9a-f]*$/.test(hex)) return bad('a binary literal has hex digits only', at, end + 1)
  if (hex.length % 2 === 1) return bad('a binary literal has an even number of hex digits', at, end + 1)
  return { kind: 'binary', text: hex, symbol: '', start: at, end: end + 1 }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** `E'a\tb'`: \b \f \n \r \t, \x61, \u0061, \U00000061, \141; a backslash before anything else stands for that thing. */
function escapedStringAt(text: string, at: number): Token {
  const body = /((?:[^'\\]|\\[^]|'')*)'/y
  body.lastIndex = at + 2
  const found = body.exec(text)
  if (found === null) return unterminated('string', text, at)
  const escape = /''|\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g
  let value: string
  try {
    value = found[1]!.replace(escape, (whole, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      if (whole === "''") return "'"
      const hex = x ?? u ?? long
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      return octal === undefined ? (escapes[other!] ?? other!) : String.fromCodePoint(Number.parseInt(octal, 8))
    })
  } catch {
    return bad('no such code point in this string', at, body.lastIndex)
  }
  return { kind: 'string', text: value, symbol: '', start: at, end: body.lastIndex }
}

/** `U&'\263A'`, with UESCAPE behind it another escape character; `\+01F600` has six digits, `\\` is the character itself. */
function unicodeStringAt(text: string, at: number): Token {
  const end = closing(text, at + 2, "'")
  if (end < 0) return unterminated('string', text, at)
  const clause = match(/\s*uescape\s*'[^0-9a-fA-F+"\s]'/iy, text, end + 1)
  const escape = clause === undefined ? '\\' : clause.at(-2)!
  const tokenEnd = end + 1 + (clause?.length ?? 0)
  const parts = text
    .slice(at + 3, end)
    .replaceAll("''", "'")
    .split(escape)
  let value = parts[0]!
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!
    const digits = /^(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))/.exec(part)
    if (digits !== null) {
      const code = Number.parseInt(digits[1] ?? digits[2]!, 16)
      if (code > 0x10ffff) return bad('no such code point in this string', at, tokenEnd)
      value += String.fromCodePoint(code) + part.slice(digits[0].length)
    } else if (part === '' && i + 1 < parts.length) {
      value += escape + parts[++i]!
    } else {
      return bad(`a Unicode escape is ${escape} and four hex digits`, at, tokenEnd)
    }
  }
  return { kind: 'string', text: value, symbol: '', start: at, end: tokenEnd }
}

/** Where the quote opened at `open` closes, doubled ones passed over; -1 when it doesn't. */
function closing(text: string, open: number, quote: string): number {
  let end = text.indexOf(quote, open + 1)
  while (end >= 0 && text[end + 1] === quote) end = text.indexOf(quote, end + 2)
  return end
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function bad(message: string, start: number, end: number, hint?: string): Token {
  return { kind: 'bad', text: '', symbol: '', start, end, error: new SqlError('SQL_SYNTAX', message, { start, end }, { hint }) }
}

/** Reported where it starts: that is where the missing quote belongs to. */
function unterminated(what: string, text: string, start: number): Token {
  return { ...bad(`this ${what} is never closed`, start, start + 1), end: text.length, unterminated: true }
}
