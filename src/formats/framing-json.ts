/**
 * JSON in files: one value a line, and top-level arrays, whose elements are messages however they are laid out. Where a
 * value begins with `[`, it is such an array.
 *
 *     {"a":1}          [                    [{"a":1},{"a":2}]
 *     {"a":2}            {"a":1},           [{"a":3}]
 *                        {"a":2}
 *                      ]
 */
import { DataError } from '../base/errors.ts'
import { CHUNK_ROWS } from '../data/chunk.ts'
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, CR, LF, OPEN_BRACE, OPEN_BRACKET, QUOTE, isBlank } from './ascii.ts'
import { Splitter, type SplitterSettings } from './framing.ts'

/** What may come next between the elements of an array. Someone who starts in the middle does not know. */
type Due = 'anything' | 'element or end' | 'element' | 'comma or end'

export class JsonSplitter extends Splitter {
  readonly #lenient: boolean
  #due: Due = 'anything'
  #inElement = false
  /** Brackets open within the element. */
  #depth = 0
  #inString = false
  #afterBackslash = false

  /** `lenient`: a broken or unfinished array does not fail; its pieces are told and the decoder drops them. */
  constructor(settings: SplitterSettings & { readonly lenient?: boolean }) {
    super(settings)
    this.#lenient = settings.lenient ?? false
  }

  protected override split(to: number): void {
    const { bytes } = this
    bytes[to] = LF
    while (this.scanned < to && this.count < CHUNK_ROWS) {
      if (this.#inElement) this.#element(to)
      else if (this.inArray) this.#between(to)
      else this.#line(to)
    }
    if (!this.ended || this.scanned < to || this.count === CHUNK_ROWS) return
    if (this.inArray) this.#endInArray(to)
    else if (this.start < to) this.found(bytes[to - 1] === CR ? to - 1 : to, to)
  }

  /** One line with something in it, or the bracket that opens an array. */
  #line(to: number): void {
    const { bytes } = this
    if (this.scanned === this.start) this.#passBlanks(to)
    if (this.scanned === this.start && bytes[this.start] === OPEN_BRACKET && this.start < to) {
      this.inArray = true
      this.#due = 'element or end'
      this.start = this.scanned += 1
      return
    }
    const at = this.buffer.indexOf(LF, this.scanned)
    this.scanned = Math.min(at, to)
    if (at >= to) return
    this.line += 1
    this.found(bytes[at - 1] === CR ? at - 1 : at, at + 1)
  }

  #passBlanks(to: number): void {
    const { bytes } = this
    let at = this.start
    for (; at < to && isBlank(bytes[at]!); at++) if (bytes[at] === LF) this.line += 1
    this.start = this.scanned = at
    this.startLine = this.line
  }

  /** Between elements: commas, blanks, and the bracket that closes the array. */
  #between(to: number): void {
    const { bytes } = this
    let at = this.scanned
    for (; at < to && this.inArray && !this.#inElement; at++) {
      const byte = bytes[at]!
      if (byte === LF) this.line += 1
      else if (byte === COMMA) {
        this.#expect(this.#due === 'comma or end' || this.#due === 'anything', "expected an element of the array, not ','")
        this.#due = 'element'
      } else if (byte === CLOSE_BRACKET) {
        this.#expect(this.#due !== 'element', "expected an element of the array, not ']'")
        this.inArray = false
      } else if (!isBlank(byte)) {
        this.#expect(this.#due !== 'comma or end', "expected ',' or ']' behind an element of the array")
        this.#inElement = true
        break
      }
    }
    this.start = this.scanned = at
    this.startLine = this.line
  }

  #element(to: number): void {
    const { bytes } = this
    let at = this.scanned
    let depth = this.#depth
    while (at < to) {
      const byte = bytes[at++]!
      if (this.#inString) {
        if (this.#afterBackslash) this.#afterBackslash = false
        else if (byte === BACKSLASH) this.#afterBackslash = true
        else if (byte === QUOTE) this.#inString = false
      } else if (byte === QUOTE) this.#inString = true
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) return this.#elementEnds(at - 1)
        depth -= 1
        if (depth === 0) return this.#elementEnds(at)
      } else if (depth === 0 && (byte === COMMA || isBlank(byte))) return this.#elementEnds(at - 1)
      else if (byte === LF) this.line += 1
    }
    this.#depth = depth
    this.scanned = at
  }

  #elementEnds(at: number): void {
    this.found(at, at)
    this.#inElement = this.#inString = this.#afterBackslash = false
    this.#depth = 0
    this.#due = 'comma or end'
  }

  #endInArray(to: number): void {
    this.#expect(!this.#inElement, 'the file ends inside an element of its array')
    this.#expect(false, "the file ends before the ']' of its array")
    if (this.#inElement) this.#elementEnds(to)
    this.inArray = false
  }

  #expect(fact: boolean, message: string): void {
    if (!fact && !this.#lenient) throw new DataError('JSON_BAD_RECORD', `${this.name}:${this.line}`, message)
  }
}
