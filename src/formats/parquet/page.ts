/**
 * A data page taken apart: levels, and a source that gives its values a batch at a time. What a value is physically ends
 * here: sources write into arrays of the declared type.
 */
import { UnsupportedError } from '../../base/errors.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import type { Batch, Convert } from './convert.ts'
import { type Views, readDeltaLengths, readDeltaTexts, readDeltas } from './delta.ts'
import { HybridDecoder, widthOf } from './hybrid.ts'
import type { PageHeader } from './metadata.ts'
import type { PageBytes } from './page-bytes.ts'
import type { Node } from './schema.ts'
import { ValueArrays, type Values, gather } from './values.ts'

/** How the values of one column are read: the same for all its pages. */
export interface LeafReading {
  readonly node: Node
  /** The declared type's arrays. */
  readonly arrays: (size: number) => ValueArrays
  readonly convert: Convert
  readonly batch: Batch
  /** One array for codes on their way through `gather`. */
  readonly codes: Int32Array
}

export interface Target extends Values {
  /** Where the codes of a dictionary are told besides, for text and binary. */
  readonly codes?: Int32Array | undefined
}

export interface ValueSource {
  /** Views look into these. */
  readonly bytes: Uint8Array
  readonly dictionary: PageDictionary | undefined
  /** Writes the next `count` (at most CHUNK_ROWS) values to `into`, from value `at` on. */
  read(count: number, into: Target, at: number): void
  skip(count: number): void
}

export interface PageDictionary {
  readonly values: ValueArrays
  readonly bytes: Uint8Array
}

export interface Page {
  /** Values including NULLs: for a column that does not nest, rows. */
  readonly count: number
  /** A level a value; undefined where all are the column's highest. */
  readonly definitions: Uint8Array | undefined
  readonly repetitions: Uint8Array | undefined
  readonly source: ValueSource
}

type DataHeader = Extract<PageHeader, { kind: 'data' }>

export function readPage(
  header: DataHeader,
  body: Uint8Array,
  bytes: PageBytes,
  reading: LeafReading,
  dictionary: PageDictionary | undefined,
): Page {
  const { node } = reading
  const count = header.values
  const parts = header.levels.version === 1 ? versionOne(header, body, bytes, node) : versionTwo(header, body, bytes)
  return bytes.guard(() => {
    const definitions = readLevels(parts.definitions, count, node.definition)
    const repetitions = readLevels(parts.repetitions, count, node.repeats)
    const present = definitions === undefined ? count : countOf(definitions, node.definition)
    const source = readSource(header, parts.values, present, reading, dictionary)
    return { count, definitions, repetitions, source }
  })
}

interface Parts {
  readonly definitions: Uint8Array
  readonly repetitions: Uint8Array
  readonly values: Uint8Array
}

const NOTHING = new Uint8Array(0)

function versionOne(header: DataHeader, body: Uint8Array, bytes: PageBytes, node: Node): Parts {
  const all = bytes.unpack(body, header.size)
  const view = new DataView(all.buffer, all.byteOffset, all.length)
  let at = 0
  const take = (max: number, encoding: string): Uint8Array => {
    if (max === 0) return NOTHING
    if (encoding !== 'RLE') throw new UnsupportedError(`the level encoding ${encoding} of Parquet (${bytes.place})`)
    const length = at + 4 > all.length ? all.length : view.getUint32(at, true)
    if (at + 4 + length > all.length) throw bytes.corrupt('its levels reach out of it')
    at += 4 + length
    return all.subarray(at - length, at)
  }
  const { levels } = header as { levels: Extract<DataHeader['levels'], { version: 1 }> }
  const repetitions = take(node.repeats, levels.repetition)
  const definitions = take(node.definition, levels.definition)
  return { repetitions, definitions, values: all.subarray(at) }
}

function versionTwo(header: DataHeader, body: Uint8Array, bytes: PageBytes): Parts {
  const { repetitionBytes, definitionBytes, packed } = header.levels as Extract<DataHeader['levels'], { version: 2 }>
  const levelBytes = repetitionBytes + definitionBytes
  if (repetitionBytes < 0 || definitionBytes < 0 || levelBytes > body.length || levelBytes > header.size)
    throw bytes.corrupt('its levels reach out of it')
  const values = body.subarray(levelBytes)
  return {
    repetitions: body.subarray(0, repetitionBytes),
    definitions: body.subarray(repetitionBytes, levelBytes),
    values: packed ? bytes.unpack(values, header.size - levelBytes) : values,
  }
}

/** Undefined where every level is `max`. */
function readLevels(bytes: Uint8Array, count: number, max: number): Uint8Array | undefined {
  if (max === 0 || count === 0) return undefined
  const decoder = new HybridDecoder(bytes, 0, bytes.length, widthOf(max))
  if (decoder.startsWith(count, max)) return undefined
  // A byte of levels holds at most 8 values, but a run any number of them: `count` decides what is allocated.
  const levels = new Uint8Array(count)
  decoder.read(count, levels, 0)
  for (let i = 0; i < count; i++)
    if (levels[i]! > max) throw new RangeError(`a level of ${levels[i]}, where the highest is ${max}`)
  return levels
}

function countOf(levels: Uint8Array, level: number): number {
  let count = 0
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count++
  return count
}

// ── values ──────────────────────────────────────────────────────────────────────────────────────────

/** The values of a dictionary page, as the declared type stores them. */
export function readDictionary(
  header: PageHeader & { readonly kind: 'dictionary' },
  body: Uint8Array,
  bytes: PageBytes,
  reading: LeafReading,
): PageDictionary {
  const all = bytes.unpack(body, header.size)
  return bytes.guard(() => {
    const source = plainSource(all, header.values, reading)
    const values = reading.arrays(header.values)
    for (let at = 0; at < header.values; at += CHUNK_ROWS) source.read(Math.min(CHUNK_ROWS, header.values - at), values, at)
    return { values, bytes: source.bytes }
  })
}

function readSource(
  header: DataHeader,
  values: Uint8Array,
  count: number,
  reading: LeafReading,
  dictionary: PageDictionary | undefined,
): ValueSource {
  const { physical, typeLength } = reading.node
  const wide = physical === 'INT64'
  switch (header.encoding) {
    case 'PLAIN':
      return plainSource(values, count, reading)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (dictionary === undefined) throw new RangeError('it has no dictionary')
      return new DictionarySource(values, count, dictionary, reading.codes)
    case 'RLE':
      if (physical === 'BOOLEAN') return new RunsSource(values, reading)
      break
    case 'DELTA_BINARY_PACKED':
      if (physical === 'INT32' || wide) {
        const deltas = readDeltas(values, 0, values.length, wide)
        enough(deltas.count, count)
        return new FixedSource(new Uint8Array(deltas.values.buffer), count, wide ? 8 : 4, reading)
      }
      break
    case 'DELTA_LENGTH_BYTE_ARRAY':
      if (physical === 'BYTE_ARRAY') return new ViewsSource(readDeltaLengths(values, 0, values.length), count, reading)
      break
    case 'DELTA_BYTE_ARRAY':
      if (physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY')
        return new ViewsSource(readDeltaTexts(values, 0, values.length), count, reading)
      break
    case 'BYTE_STREAM_SPLIT': {
      const width = physical === 'FIXED_LEN_BYTE_ARRAY' ? typeLength : physical === 'INT32' || physical === 'FLOAT' ? 4 : 8
      if (physical !== 'BOOLEAN' && physical !== 'BYTE_ARRAY' && physical !== 'INT96')
        return plainSource(joinStreams(values, count, width), count, reading)
    }
  }
  throw new UnsupportedError(`the Parquet encoding ${header.encoding} of ${physical}`)
}

function plainSource(values: Uint8Array, count: number, reading: LeafReading): ValueSource {
  const { physical, typeLength } = reading.node
  switch (physical) {
    case 'BOOLEAN':
      return new BitsSource(values, count, reading)
    case 'BYTE_ARRAY':
      return new ViewsSource(plainViews(values, count), count, reading)
    case 'FIXED_LEN_BYTE_ARRAY':
      return new ViewsSource(fixedViews(values, count, typeLength), count, reading)
    default:
      return new FixedSource(
        values,
        count,
        physical === 'INT96' ? 12 : physical === 'INT32' || physical === 'FLOAT' ? 4 : 8,
        reading,
      )
  }
}

function enough(there: number, count: number): void {
  if (there < count) throw new RangeError(`${there} values where ${count} are expected`)
}

/** Byte k of value i is byte i of stream k. */
function joinStreams(values: Uint8Array, count: number, width: number): Uint8Array {
  enough(Math.floor(values.length / width), count)
  const stride = Math.floor(values.length / width)
  const out = new Uint8Array(count * width)
  for (let k = 0; k < width; k++) for (let i = 0; i < count; i++) out[i * width + k] = values[k * stride + i]!
  return out
}

/** Each value behind its length in 32 bits. */
function plainViews(bytes: Uint8Array, count: number): Views {
  enough(Math.floor(bytes.length / 4), count)
  const starts = new Int32Array(count)
  const ends = new Int32Array(count)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw new RangeError('it ends before its values')
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    at += 4
    if (length < 0 || length > bytes.length - at) throw new RangeError('a value reaches out of it')
    starts[i] = at
    ends[i] = at += length
  }
  return { bytes, starts, ends, count }
}

function fixedViews(bytes: Uint8Array, count: number, width: number): Views {
  if (width > 0) enough(Math.floor(bytes.length / width), count)
  const starts = new Int32Array(count)
  const ends = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    starts[i] = i * width
    ends[i] = (i + 1) * width
  }
  return { bytes, starts, ends, count }
}

/** Codes into a dictionary: a byte for their width, then the hybrid. */
class DictionarySource implements ValueSource {
  readonly bytes: Uint8Array
  readonly dictionary: PageDictionary
  readonly #codes: HybridDecoder | undefined
  readonly #scratch: Int32Array

  constructor(values: Uint8Array, count: number, dictionary: PageDictionary, scratch: Int32Array) {
    this.bytes = dictionary.bytes
    this.dictionary = dictionary
    this.#scratch = scratch
    // A page of NULLs alone may have nothing behind its levels.
    this.#codes = count === 0 ? undefined : new HybridDecoder(values, 1, values.length, values[0] ?? 0)
  }

  read(count: number, into: Target, at: number): void {
    if (count === 0) return
    const { values } = this.dictionary
    const codes = this.#scratch
    this.#codes!.read(count, codes, 0)
    const size = values.size
    for (let i = 0; i < count; i++)
      if (codes[i]! >>> 0 >= size) throw new RangeError(`a code of ${codes[i]}, where the dictionary has ${size}`)
    gather(values.storage, values, codes, count, into, at)
    if (into.codes !== undefined) into.codes.set(codes.subarray(0, count), at)
  }

  skip(count: number): void {
    this.#codes?.skip(count)
  }
}

/** Values of a fixed width, side by side. */
class FixedSource implements ValueSource {
  readonly bytes = NOTHING
  readonly dictionary = undefined
  readonly #values: Uint8Array
  readonly #width: number
  readonly #batch: Batch
  readonly #convert: Convert
  #at = 0

  constructor(values: Uint8Array, count: number, width: number, { batch, convert }: LeafReading) {
    enough(Math.floor(values.length / width), count)
    this.#values = values
    this.#width = width
    this.#batch = batch
    this.#convert = convert
  }

  read(count: number, into: Target, at: number): void {
    const from = this.#at
    this.#at += count * this.#width
    this.#batch.raw.set(this.#values.subarray(from, this.#at))
    this.#convert(this.#batch, count, into, at)
  }

  skip(count: number): void {
    this.#at += count * this.#width
  }
}

/** Views into the page, or into an arena it was unpacked to. */
class ViewsSource implements ValueSource {
  readonly bytes: Uint8Array
  readonly dictionary = undefined
  readonly #views: Views
  readonly #batch: Batch
  readonly #convert: Convert
  #at = 0

  constructor(views: Views, count: number, { batch, convert }: LeafReading) {
    enough(views.count, count)
    this.bytes = views.bytes
    this.#views = views
    this.#batch = batch
    this.#convert = convert
  }

  read(count: number, into: Target, at: number): void {
    const batch = this.#batch
    batch.bytes = this.#views.bytes
    batch.starts = this.#views.starts
    batch.ends = this.#views.ends
    batch.from = this.#at
    this.#at += count
    this.#convert(batch, count, into, at)
  }

  skip(count: number): void {
    this.#at += count
  }
}

/** Booleans, a bit each. */
class BitsSource implements ValueSource {
  readonly bytes = NOTHING
  readonly dictionary = undefined
  readonly #values: Uint8Array
  readonly #batch: Batch
  readonly #convert: Convert
  #at = 0

  constructor(values: Uint8Array, count: number, { batch, convert }: LeafReading) {
    enough(values.length * 8, count)
    this.#values = values
    this.#batch = batch
    this.#convert = convert
  }

  read(count: number, into: Target, at: number): void {
    for (let i = 0; i < count; i++, this.#at++) this.#batch.raw[i] = (this.#values[this.#at >> 3]! >> (this.#at & 7)) & 1
    this.#convert(this.#batch, count, into, at)
  }

  skip(count: number): void {
    this.#at += count
  }
}

/** Booleans as runs, behind their length in 32 bits. */
class RunsSource implements ValueSource {
  readonly bytes = NOTHING
  readonly dictionary = undefined
  readonly #runs: HybridDecoder
  readonly #batch: Batch
  readonly #convert: Convert

  constructor(values: Uint8Array, { batch, convert }: LeafReading) {
    this.#runs = new HybridDecoder(values, 4, values.length, 1)
    this.#batch = batch
    this.#convert = convert
  }

  read(count: number, into: Target, at: number): void {
    this.#runs.read(count, this.#batch.raw, 0)
    this.#convert(this.#batch, count, into, at)
  }

  skip(count: number): void {
    this.#runs.skip(count)
  }
}
