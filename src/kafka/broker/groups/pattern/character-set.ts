/**
 * Sets of characters, as far as the name of a topic goes: ASCII. What a pattern says of other characters can't matter.
 *
 *     CharacterSet.range(0x61, 0x66)     [a-f]
 *     perlClasses.w.inverted()           \W
 */

const WORDS = 4

/** 128 bits. */
export class CharacterSet {
  readonly #bits: Uint32Array

  private constructor(bits: Uint32Array) {
    this.#bits = bits
  }

  static readonly none = new CharacterSet(new Uint32Array(WORDS))

  static where(holds: (code: number) => boolean): CharacterSet {
    const bits = new Uint32Array(WORDS)
    for (let code = 0; code < 128; code++) if (holds(code)) bits[code >> 5]! |= 1 << (code & 31)
    return new CharacterSet(bits)
  }

  /** From one code point to another, both included. */
  static range(from: number, to: number): CharacterSet {
    return CharacterSet.where(code => code >= from && code <= to)
  }

  has(code: number): boolean {
    return code < 128 && ((this.#bits[code >> 5]! >>> (code & 31)) & 1) === 1
  }

  get isEmpty(): boolean {
    return this.#bits.every(word => word === 0)
  }

  or(other: CharacterSet): CharacterSet {
    return new CharacterSet(this.#bits.map((word, i) => word | other.#bits[i]!))
  }

  inverted(): CharacterSet {
    return new CharacterSet(this.#bits.map(word => ~word))
  }

  /** With the other case of each letter. */
  folded(): CharacterSet {
    return CharacterSet.where(code => this.has(code) || this.has(otherCase(code)))
  }
}

/** Outside of ASCII, two characters have an other case inside: the long s, and the Kelvin sign. */
export function otherCase(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 32
  if (code >= 0x61 && code <= 0x7a) return code - 32
  return code === 0x17f ? 0x73 : code === 0x212a ? 0x6b : code
}

const named = (expression: RegExp): CharacterSet => CharacterSet.where(code => expression.test(String.fromCharCode(code)))

/** `\d`, `\s`, `\w`. */
export const perlClasses: Readonly<Record<string, CharacterSet>> = {
  d: named(/[0-9]/),
  s: named(/[\t\n\f\r ]/),
  w: named(/[0-9A-Za-z_]/),
}

/** `[[:alpha:]]` and its kin. */
export const posixClasses: Readonly<Record<string, CharacterSet>> = {
  alnum: named(/[0-9A-Za-z]/),
  alpha: named(/[A-Za-z]/),
  ascii: CharacterSet.where(() => true),
  blank: named(/[\t ]/),
  cntrl: CharacterSet.where(code => code < 32 || code === 127),
  digit: named(/[0-9]/),
  graph: CharacterSet.range(33, 126),
  lower: named(/[a-z]/),
  print: CharacterSet.range(32, 126),
  punct: named(/[!-/:-@[-`{-~]/),
  space: named(/[\t\n\v\f\r ]/),
  upper: named(/[A-Z]/),
  word: named(/[0-9A-Za-z_]/),
  xdigit: named(/[0-9A-Fa-f]/),
}

/** The characters of a category (`Lu`) or a script (`Greek`) of Unicode; undefined where there is none of that name. */
export function unicodeClass(name: string): CharacterSet | undefined {
  if (name === 'Any') return CharacterSet.where(() => true)
  if (!/^[A-Za-z_]+$/.test(name)) return undefined
  for (const property of ['General_Category', 'Script']) {
    // The engine that runs this expression sees one character at a time; the client chose the name of a property, no more.
    try {
      return named(new RegExp(`^\\p{${property}=${name}}$`, 'u'))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return undefined
}
