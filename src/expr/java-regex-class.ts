/** Character classes of java.util.regex: `[a-z&&[^aeiou]]`, `\d`, `\p{Alpha}`, escaped characters. */

/** One character that stands for itself, safe inside and outside of a class, under the flags `u` and `v`. */
export function escapeChar(c: string): string {
  if (/^[A-Za-z0-9_ ]$/.test(c) || c.codePointAt(0)! > 0x9f) return c
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The character that an escape names; `at` is behind the backslash. Undefined where Java knows none. */
export function charOf(pattern: string, at: number): { readonly text: string; readonly end: number } | undefined {
  const rest = pattern.slice(at, at + 12)
  const code = (regex: RegExp, base: number) => {
    const match = regex.exec(rest)
    const point = match === null ? -1 : Number.parseInt(match[1]!, base)
    return match === null || point > 0x10ffff ? undefined : { text: String.fromCodePoint(point), end: at + match[0].length }
  }
  const c = rest.charAt(0)
  switch (c) {
    case 't':
      return { text: '\t', end: at + 1 }
    case 'n':
      return { text: '\n', end: at + 1 }
    case 'r':
      return { text: '\r', end: at + 1 }
    case 'f':
      return { text: '\f', end: at + 1 }
    case 'a':
      return { text: '\x07', end: at + 1 }
    case 'e':
      return { text: '\x1b', end: at + 1 }
    case '0':
      return code(/^0([0-3][0-7]{2}|[0-7]{1,2})/, 8)
    case 'x':
      return code(/^x([0-9a-fA-F]{2})/, 16) ?? code(/^x\{([0-9a-fA-F]{1,6})\}/, 16)
    case 'u': {
      const pair = /^u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(rest)
      if (pair === null) return code(/^u([0-9a-fA-F]{4})/, 16)
      return { text: String.fromCharCode(Number.parseInt(pair[1]!, 16), Number.parseInt(pair[2]!, 16)), end: at + pair[0].length }
    }
    case 'c': {
      const control = rest.charCodeAt(1)
      return Number.isNaN(control) ? undefined : { text: String.fromCharCode(control ^ 64), end: at + 2 }
    }
  }
  if (c === '' || /[A-Za-z0-9]/.test(c)) return undefined
  const text = String.fromCodePoint(pattern.codePointAt(at)!)
  return { text, end: at + text.length }
}

/** What stands between the brackets. */
const shorthands: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'A-Za-z0-9_',
  s: ' \\t\\n\\v\\f\\r',
  h: ' \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000',
  v: '\\n\\v\\f\\r\\u0085\\u2028\\u2029',
}

const PUNCT = '!-\\u002f:-@\\u005b-`\\u007b-~'
const posix: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\u0000-\\u007f',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: 'A-Za-z0-9',
  Punct: PUNCT,
  Graph: `A-Za-z0-9${PUNCT}`,
  Print: ` A-Za-z0-9${PUNCT}`,
  Blank: ' \\t',
  Cntrl: '\\u0000-\\u001f\\u007f',
  XDigit: '0-9A-Fa-f',
  Space: ' \\t\\n\\v\\f\\r',
  javaLowerCase: '\\p{Lowercase}',
  javaUpperCase: '\\p{Uppercase}',
  javaWhitespace: '\\t-\\r\\u001c-\\u001f\\p{Zs}\\p{Zl}\\p{Zp}',
  javaDigit: '\\p{Nd}',
  javaLetter: '\\p{L}',
  javaLetterOrDigit: '\\p{L}\\p{Nd}',
  javaAlphabetic: '\\p{Alphabetic}',
  L1: '\\u0000-\\u00ff',
  IsAlphabetic: '\\p{Alphabetic}',
  IsIdeographic: '\\p{Ideographic}',
  IsLetter: '\\p{L}',
  IsLowercase: '\\p{Lowercase}',
  IsUppercase: '\\p{Uppercase}',
  IsTitlecase: '\\p{Lt}',
  IsPunctuation: '\\p{P}',
  IsControl: '\\p{Cc}',
  IsWhite_Space: '\\p{White_Space}',
  IsDigit: '\\p{Nd}',
  IsHex_Digit: '\\p{Hex_Digit}',
  IsNoncharacter_Code_Point: '\\p{Noncharacter_Code_Point}',
  IsAssigned: '\\P{Cn}',
}

type Fail = (why: string, at: number) => never

export class ClassReader {
  readonly #pattern: string
  readonly #ignoreCase: boolean
  readonly #comments: boolean
  readonly #fail: Fail
  at: number
  /** True when a class stands inside another, which asks for the flag `v`. */
  nests = false

  constructor(pattern: string, at: number, ignoreCase: boolean, comments: boolean, fail: Fail) {
    this.#pattern = pattern
    this.at = at
    this.#ignoreCase = ignoreCase
    this.#comments = comments
    this.#fail = fail
  }

  /** From behind the opening bracket to behind the closing one. */
  read(): string {
    const negated = this.#take('^')
    const operands = [this.#union()]
    while (this.#take('&&')) operands.push(this.#union())
    if (!this.#take(']')) this.#fail('Unclosed character class', this.at)
    if (operands.length > 1) this.nests = true
    const parts = operands.filter(part => part !== '')
    if (parts.length === 0) this.#fail('Unclosed character class', this.at)
    const inner = parts.length === 1 ? parts[0]! : parts.map(part => `[${part}]`).join('&&')
    return `[${negated ? '^' : ''}${inner}]`
  }

  #union(): string {
    let source = ''
    for (let isFirst = true; ; isFirst = false) {
      if (this.#comments) while (/[ \t\n\v\f\r]/.test(this.#pattern.charAt(this.at))) this.at++
      const c = this.#pattern.charAt(this.at)
      if (c === '') return this.#fail('Unclosed character class', this.at)
      // A bracket right behind the opening one stands for itself.
      if ((c === ']' && !isFirst) || this.#pattern.startsWith('&&', this.at)) return source
      if (c === '[') {
        this.at++
        this.nests = true
        source += this.read()
      } else source += this.#item()
    }
  }

  #item(): string {
    if (this.#pattern.startsWith('\\Q', this.at)) return this.#quoted()
    if (this.#pattern.charAt(this.at) === '\\') {
      this.at++
      const set = this.shorthand()
      if (set !== undefined) {
        if (!set.startsWith('[^')) return set.slice(1, -1)
        this.nests = true
        return set
      }
      this.at--
    }
    const from = this.#char()
    const next = this.#pattern.charAt(this.at + 1)
    if (this.#pattern.charAt(this.at) !== '-' || next === ']' || next === '[' || next === '') return this.#range(from, from)
    this.at++
    const to = this.#char()
    if (from.codePointAt(0)! > to.codePointAt(0)!) this.#fail('Illegal character range', this.at)
    return this.#range(from, to)
  }

  #quoted(): string {
    const end = this.#pattern.indexOf('\\E', this.at)
    const text = this.#pattern.slice(this.at + 2, end < 0 ? undefined : end)
    this.at = end < 0 ? this.#pattern.length : end + 2
    return Array.from(text, c => this.#range(c, c)).join('')
  }

  /** One character, or a range, with the other case of its ASCII letters where case does not count. */
  #range(from: string, to: string): string {
    const own = from === to ? escapeChar(from) : `${escapeChar(from)}-${escapeChar(to)}`
    if (!this.#ignoreCase) return own
    const [low, high] = [from.codePointAt(0)!, to.codePointAt(0)!]
    const other = (first: number, shift: number): string => {
      const [a, b] = [Math.max(low, first), Math.min(high, first + 25)]
      return a > b ? '' : `${String.fromCharCode(a + shift)}-${String.fromCharCode(b + shift)}`
    }
    return own + other(0x41, 32) + other(0x61, -32)
  }

  #char(): string {
    if (this.#pattern.charAt(this.at) === '\\') {
      const escaped = charOf(this.#pattern, this.at + 1) ?? this.#fail('Illegal/unsupported escape sequence', this.at)
      this.at = escaped.end
      return escaped.text
    }
    const c = String.fromCodePoint(this.#pattern.codePointAt(this.at)!)
    this.at += c.length
    return c
  }

  /** `\d \W \p{…}` as a class; undefined, and nothing read, for any other escape. `at` is behind the backslash. */
  shorthand(): string | undefined {
    const c = this.#pattern.charAt(this.at)
    const set = shorthands[c.toLowerCase()]
    if (set !== undefined) {
      this.at++
      return c === c.toLowerCase() ? `[${set}]` : `[^${set}]`
    }
    if (c !== 'p' && c !== 'P') return undefined
    const [whole, negation, braced, single] = /^[pP](?:\{(\^?)([^}]*)\}|([A-Z]))/.exec(this.#pattern.slice(this.at)) ?? []
    if (whole === undefined) return this.#fail('Unknown character property', this.at)
    this.at += whole.length
    const inner = this.#property(braced ?? single!)
    return (c === 'P') !== (negation === '^') ? `[^${inner}]` : `[${inner}]`
  }

  #property(name: string): string {
    const known = this.#ignoreCase && (name === 'Lower' || name === 'Upper') ? 'A-Za-z' : posix[name]
    if (known !== undefined) return known
    const [, key, value] = /^(?:(\w+)=)?(\w+)$/.exec(name) ?? []
    const plain = value?.replace(/^Is/, '') ?? ''
    const candidates =
      key === undefined ? [plain, `Script=${plain}`] : [`${{ gc: 'gc', general_category: 'gc' }[key] ?? 'Script'}=${value}`]
    const found = candidates.find(isProperty)
    return found === undefined ? this.#fail(`Unknown character property name {${name}}`, this.at) : `\\p{${found}}`
  }

  #take(text: string): boolean {
    const isThere = this.#pattern.startsWith(text, this.at)
    if (isThere) this.at += text.length
    return isThere
  }
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'u').unicode
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
