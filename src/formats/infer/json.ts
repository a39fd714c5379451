/** A JSON file's columns: those of all objects at its beginning, one a line or in a top-level array. */
import { DataError } from '../../base/errors.ts'
import { BufferPool } from '../../data/pool.ts'
import { JsonSplitter } from '../framing-json.ts'
import { type Guess, NULL, findIso, guessNumber, guessText, merge, typeOfGuess } from './guess.ts'
import { type Inferred, SAMPLE_RECORDS, type Sample } from './inferred.ts'

export function inferJson(sample: Sample): Inferred {
  let all: Guess = NULL
  let records = 0
  for (const { text, place } of messages(sample)) {
    const guess = new GuessReader(text, place).read()
    if (guess.kind !== 'row') throw new DataError('JSON_BAD_RECORD', place, 'a record is an object, and this is none')
    all = merge(all, guess)
    if (++records === SAMPLE_RECORDS) break
  }
  if (all.kind !== 'row' || all.fields.size === 0)
    throw new DataError('FILE_EMPTY', sample.name, 'it has no records to tell the columns from')
  const iso = findIso(all) ?? false
  return {
    schema: Array.from(all.fields, ([name, guess]) => ({ name, type: typeOfGuess(guess, iso) })),
    options: iso ? { 'timestamp-format.standard': 'ISO-8601' } : {},
  }
}

function* messages({ name, bytes, whole }: Sample): Generator<{ readonly text: string; readonly place: string }> {
  const splitter = new JsonSplitter({ name, pool: new BufferPool(), lenient: !whole })
  const decoder = new TextDecoder('utf-8')
  try {
    for (let at = 0; at < bytes.length;) {
      const space = splitter.space()
      const count = Math.min(space.length, bytes.length - at)
      space.set(bytes.subarray(at, at + count))
      splitter.filled(count)
      at += count
      if (at === bytes.length && whole) splitter.end()
      for (let frames = splitter.next(); frames !== undefined; frames = splitter.next()) {
        for (let i = 0; i < frames.count; i++) {
          const text = decoder.decode(frames.bytes.subarray(frames.starts[i], frames.ends[i]))
          if (text.trim() !== '') yield { text, place: frames.place(i) }
        }
      }
    }
  } finally {
    splitter.close()
  }
}

/** Reads JSON for what kinds of values it has; `1.0` is a fraction though it equals 1. */
class GuessReader {
  readonly #text: string
  readonly #place: string
  #at = 0

  constructor(text: string, place: string) {
    this.#text = text
    this.#place = place
  }

  read(): Guess {
    const guess = this.#value()
    if (this.#next() !== '') this.#fail()
    return guess
  }

  #value(): Guess {
    const first = this.#next()
    if (first === '{') return this.#object()
    if (first === '[') return this.#array()
    if (first === '"') return guessText(this.#string())
    const [word] = this.#match(/[-+.\w]+/y)
    if (word === 'null') return NULL
    if (word === 'true' || word === 'false') return { kind: 'boolean' }
    return guessNumber(word!) ?? this.#fail()
  }

  #object(): Guess {
    const fields = new Map<string, Guess>()
    this.#at++
    if (this.#sign('}')) return { kind: 'row', fields }
    do {
      if (this.#next() !== '"') this.#fail()
      const name = this.#string()
      if (!this.#sign(':')) this.#fail()
      fields.set(name, this.#value())
    } while (this.#sign(','))
    if (!this.#sign('}')) this.#fail()
    return { kind: 'row', fields }
  }

  #array(): Guess {
    let element: Guess = NULL
    this.#at++
    if (this.#sign(']')) return { kind: 'array', element }
    do element = merge(element, this.#value())
    while (this.#sign(','))
    if (!this.#sign(']')) this.#fail()
    return { kind: 'array', element }
  }

  #string(): string {
    const [raw] = this.#match(/"(?:[^"\\]|\\.)*"/sy)
    return raw!.includes('\\') ? this.#unescaped(raw!) : raw!.slice(1, -1)
  }

  #unescaped(raw: string): string {
    try {
      return JSON.parse(raw) as string
    } catch (cause) {
      return this.#fail(cause)
    }
  }

  /** The next character that is no blank; '' at the end. */
  #next(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#text[this.#at] ?? ''
  }

  #sign(sign: string): boolean {
    if (this.#next() !== sign) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return this.#fail()
    this.#at = pattern.lastIndex
    return match
  }

  #fail(cause?: unknown): never {
    const near = this.#text.slice(this.#at, this.#at + 20)
    throw new DataError('JSON_BAD_RECORD', this.#place, `this is no JSON near '${near}'`, {
      cause,
      hint: 'a file holds one object a line, or top-level arrays of objects',
    })
  }
}
