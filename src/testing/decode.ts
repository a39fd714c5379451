/**
 * Runs a format over bytes as a file source does, for tests: blocks into a splitter, messages into a decoder.
 *
 *     decodeText('json', 'a INT, b STRING', '{"a":1,"b":"x"}').rows      // ['+I 1 x']
 */
import { Options } from '../catalog/option.ts'
import { type Chunk, rowAt } from '../data/chunk.ts'
import { parseSchema, printRow } from '../data/notation.ts'
import { BufferPool } from '../data/pool.ts'
import type { Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { ByteWriter, DecodeCounts, Decoder, Format } from '../formats/format.ts'
import { lending } from '../formats/framing.ts'
import { createSplitter, formats } from '../formats/index.ts'

export interface DecodeSettings {
  /** Without the format's prefix. */
  readonly options?: Readonly<Record<string, string>>
  /** The columns to read, where not all. */
  readonly read?: readonly string[]
  /** The file arrives in blocks of so many bytes. */
  readonly block?: number
  readonly maxLineBytes?: number
}

export interface Decoded {
  /** In the notation, a line each. */
  readonly rows: readonly string[]
  readonly values: readonly (readonly Value[])[]
  readonly counts: DecodeCounts
  /** `place: bytes (reason)` of each skipped record. */
  readonly skipped: readonly string[]
}

export const formatNamed = (name: string): Format => formats.get(name)!

export const optionsOf = (format: Format, values: Readonly<Record<string, string>> = {}): Options =>
  new Options(`format '${format.name}'`, format.options, values)

export function decodeText(
  name: string,
  schemaText: string | Schema,
  text: string | Uint8Array,
  settings: DecodeSettings = {},
): Decoded {
  const format = formatNamed(name)
  const options = optionsOf(format, settings.options)
  const all = typeof schemaText === 'string' ? parseSchema(schemaText) : schemaText
  const schema = settings.read === undefined ? all : settings.read.map(column => all.find(field => field.name === column)!)
  const pool = new BufferPool({ poison: true })
  const counts = { skippedRecords: 0, nulledFields: 0 }
  const skipped: string[] = []
  const onSkipped = (place: string, bytes: Uint8Array, reason: string) =>
    void skipped.push(`${place}: ${new TextDecoder().decode(bytes)} (${reason})`)
  const decoder = format.decoder(schema, all, options, { pool, zone: 'UTC', counts, name: 'test/decoder', onSkipped })
  const rows: string[] = []
  const values: Value[][] = []
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  for (const chunk of chunksOf(format, decoder, options, bytes, all.length, pool, settings)) {
    for (let row = 0; row < chunk.length; row++) {
      values.push(rowAt(chunk, row))
      rows.push(`+I ${printRow(schema, values.at(-1)!)}`)
    }
    chunk.release()
  }
  return { rows, values, counts, skipped }
}

function* chunksOf(
  format: Format,
  decoder: Decoder,
  options: Options,
  bytes: Uint8Array,
  columns: number,
  pool: BufferPool,
  { block = 1 << 20, maxLineBytes }: DecodeSettings,
): Generator<Chunk> {
  const splitter = createSplitter(format, options, { name: 'file', pool, blockBytes: Math.max(block, 64), maxLineBytes, columns })
  const decoded = function* () {
    for (let frames = splitter.next(); frames !== undefined; frames = splitter.next()) {
      yield lending(decoder.decode(frames.bytes, frames.starts, frames.ends, frames.count, frames.place), frames)
    }
  }
  for (let at = 0; at < bytes.length;) {
    const space = splitter.space()
    const count = Math.min(block, space.length, bytes.length - at)
    space.set(bytes.subarray(at, at + count))
    splitter.filled(count)
    at += count
    yield* decoded()
  }
  splitter.end()
  yield* decoded()
  splitter.close()
}

/** A writer over plain memory. */
export function memoryWriter(): ByteWriter & { text(): string } {
  return {
    bytes: new Uint8Array(1024),
    length: 0,
    reserve(more) {
      if (this.length + more <= this.bytes.length) return
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    },
    text() {
      return new TextDecoder().decode(this.bytes.subarray(0, this.length))
    },
  }
}
