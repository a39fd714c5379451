/** Bytes of messages on one side, chunks on the other. A format knows nothing of where the bytes come from. */
import type { Options, OptionSet } from '../catalog/option.ts'
import type { Chunk } from '../data/chunk.ts'
import type { BufferPool } from '../data/pool.ts'
import type { Schema } from '../data/type.ts'
import type { Splitter, SplitterSettings } from './framing.ts'

/** What a decoder did with records it could not read, where the format's options let it go on. */
export interface DecodeCounts {
  skippedRecords: number
  nulledFields: number
}

/** How a record that can't be decoded is named in its error. `record` counts from the first of this `decode` call. */
export type PlaceOf = (record: number) => string

/** Where a column lies: a column of the table, or with a path a field inside that ROW. */
export interface ColumnSource {
  readonly column: string
  readonly path: readonly string[]
}

export interface DecoderContext {
  readonly pool: BufferPool
  /** For a format with `nestedProjection`: where each column of the schema lies, when some are fields of ROW columns. */
  readonly sources?: readonly ColumnSource[] | undefined
  /** `table.local-time-zone`. */
  readonly zone: string
  readonly counts: DecodeCounts
  /** A name for generated code: `orders/json-decoder`. */
  readonly name: string
  /** A message of nothing at all is a record that can't be read, unlike an empty line of a file. */
  readonly emptyIsBroken?: boolean
  /** What a skipped record looked like: for an errors file, by option. */
  onSkipped?(place: string, bytes: Uint8Array, reason: string): void
}

export interface Decoder {
  /**
   * Message i of `count` is `bytes[starts[i], ends[i])`; `count` is at most CHUNK_ROWS. The chunk may look into `bytes`
   * (and may unescape in place), which must then stay untouched until the chunk is released. Answers fewer rows than
   * messages where records were skipped.
   */
  decode(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number, place: PlaceOf): Chunk
  /** The messages of the last call that gave no row, ascending. */
  readonly lost: readonly number[]
}

/** Appends to a growing buffer that the caller empties. */
export interface ByteWriter {
  bytes: Uint8Array
  length: number
  reserve(more: number): void
}

export interface Encoder {
  /**
   * One message per row, each ended by what the format puts between messages in a file (a line end for json and csv).
   * With `ends` nothing stands between them: message i ends at `ends[i]`, or is none at all where that is `NO_MESSAGE`.
   */
  encode(chunk: Chunk, into: ByteWriter, ends?: Int32Array): void
}

export const NO_MESSAGE = -1

export interface Format {
  readonly name: string
  /** Without the prefix: `ignore-parse-errors` for `json.ignore-parse-errors`. */
  readonly options: OptionSet
  /** How a file of messages is cut: at line ends, at CSV record ends (quotes may hold line ends), or not at all. */
  readonly framing: 'lines' | 'csv' | 'whole'
  /** A message that is not there, which starts at −1, is a row with NULL. Other formats have no row for it. */
  readonly rowOfNothing?: boolean
  /** It can decode single fields of ROW columns. */
  readonly nestedProjection?: boolean
  /** Cuts files into messages where that takes more than line ends. */
  splitter?(options: Options, settings: SplitterSettings): Splitter
  /** `schema` holds just the columns the query reads, `all` the table's physical columns in order. */
  decoder(schema: Schema, all: Schema, options: Options, context: DecoderContext): Decoder
  encoder?(schema: Schema, options: Options, context: { readonly zone: string; readonly name: string }): Encoder
}

// ── files that are columns already ──────────────────────────────────────────────────────────────────

/** A file with random access. Reading beyond the end answers fewer bytes. */
export interface BulkFile {
  /** As errors name it. */
  readonly name: string
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

export interface BulkReader {
  /** The next rows, at most CHUNK_ROWS, with the columns asked for; 'end' behind the last. */
  next(): Chunk | 'end' | Promise<Chunk | 'end'>
  /** Rows of the file given so far: where `open` goes on from. */
  readonly row: number
  /** Bytes of the file that are done with, for the progress line. */
  readonly doneBytes: number
  close(): void
}

/** A format whose files hold columns (Parquet). */
export interface BulkFormat {
  readonly name: string
  readonly options: OptionSet
  open(file: BulkFile, schema: Schema, options: Options, context: DecoderContext, fromRow: number): Promise<BulkReader>
}
