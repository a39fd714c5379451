/**
 * What a Parquet file says about itself: footer and page headers, as plain data. Numbers of fields and enums are those of
 * parquet.thrift.
 */
import type { Struct } from './thrift.ts'

export const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const
export type PhysicalType = (typeof physicalTypes)[number]

export const encodings = [
  'PLAIN',
  'GROUP_VAR_INT',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const
export type Encoding = (typeof encodings)[number]

export const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const
export type Codec = (typeof codecs)[number]

export type TimeUnit = 'MILLIS' | 'MICROS' | 'NANOS'

/** What a physical value means. */
export type Annotation =
  | { readonly kind: 'STRING' | 'ENUM' | 'JSON' | 'BSON' | 'UUID' | 'DATE' | 'FLOAT16' | 'INTERVAL' | 'LIST' | 'MAP' }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'TIME' | 'TIMESTAMP'; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: 'INTEGER'; readonly bits: number; readonly signed: boolean }
  /** One that this reader does not know: the value is what its physical type says. */
  | { readonly kind: 'NONE' }

export interface SchemaElement {
  readonly name: string
  readonly physical: PhysicalType | undefined
  readonly typeLength: number
  readonly repetition: 'REQUIRED' | 'OPTIONAL' | 'REPEATED'
  readonly children: number
  readonly annotation: Annotation
}

export interface ColumnMeta {
  readonly path: readonly string[]
  readonly codec: Codec
  /** Values including NULLs. */
  readonly values: number
  /** Where its first page starts, and how many bytes its pages take. */
  readonly offset: number
  readonly length: number
  /** In a file of its own: nobody writes those. */
  readonly elsewhere: boolean
}

export interface RowGroupMeta {
  readonly rows: number
  readonly columns: readonly ColumnMeta[]
}

export interface FileMeta {
  readonly schema: readonly SchemaElement[]
  readonly rows: number
  readonly rowGroups: readonly RowGroupMeta[]
}

/** The footer is not what parquet.thrift says. */
export class MetadataError extends Error {}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new MetadataError(`it has no ${what}`)
  return value
}

export function fileMeta(footer: Struct): FileMeta {
  return {
    schema: required(footer.structs(2), 'schema').map(schemaElement),
    rows: required(footer.number(3), 'row count'),
    rowGroups: required(footer.structs(4), 'row groups').map(group => ({
      rows: required(group.number(3), 'row count of a row group'),
      columns: required(group.structs(1), 'columns of a row group').map(columnMeta),
    })),
  }
}

function schemaElement(element: Struct): SchemaElement {
  return {
    name: required(element.text(4), 'name of a column'),
    physical: physicalTypes[element.number(1) ?? -1],
    typeLength: element.number(2) ?? 0,
    repetition: (['REQUIRED', 'OPTIONAL', 'REPEATED'] as const)[element.number(3) ?? 0] ?? 'REQUIRED',
    children: element.number(5) ?? 0,
    annotation: logicalAnnotation(element.struct(10)) ?? convertedAnnotation(element),
  }
}

function columnMeta(chunk: Struct): ColumnMeta {
  const meta = required(chunk.struct(3), 'metadata of a column')
  const dataOffset = required(meta.number(9), 'page offset of a column')
  const dictionaryOffset = meta.number(11) ?? 0
  return {
    path: required(meta.texts(3), 'path of a column'),
    codec: required(codecs[meta.number(4) ?? -1], 'known compression of a column'),
    values: required(meta.number(5), 'value count of a column'),
    // Some writers leave the dictionary's offset out or at zero: then the first page offset is that of the dictionary.
    offset: dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset,
    length: required(meta.number(7), 'size of a column'),
    elsewhere: chunk.has(1),
  }
}

const units = ['MILLIS', 'MICROS', 'NANOS'] as const

/** LogicalType, a union: the number of its one field says which. */
function logicalAnnotation(union: Struct | undefined): Annotation | undefined {
  if (union === undefined) return undefined
  const plain = {
    1: 'STRING',
    2: 'MAP',
    3: 'LIST',
    4: 'ENUM',
    6: 'DATE',
    12: 'JSON',
    13: 'BSON',
    14: 'UUID',
    15: 'FLOAT16',
  } as const
  for (const [id, kind] of Object.entries(plain)) if (union.has(Number(id))) return { kind }
  const decimal = union.struct(5)
  if (decimal !== undefined) return { kind: 'DECIMAL', scale: decimal.number(1) ?? 0, precision: decimal.number(2) ?? 0 }
  const integer = union.struct(10)
  if (integer !== undefined) return { kind: 'INTEGER', bits: integer.number(1) ?? 0, signed: integer.boolean(2) ?? true }
  for (const [id, kind] of [
    [7, 'TIME'],
    [8, 'TIMESTAMP'],
  ] as const) {
    const time = union.struct(id)
    const unit = units.find((_, i) => time?.struct(2)?.has(i + 1))
    if (time !== undefined && unit !== undefined) return { kind, unit, utc: time.boolean(1) ?? false }
  }
  return undefined
}

const integer = (bits: number, signed: boolean): Annotation => ({ kind: 'INTEGER', bits, signed })

/** ConvertedType, which came before LogicalType. Its times are all adjusted to UTC. */
function convertedAnnotation(element: Struct): Annotation {
  switch (element.number(6)) {
    case 0:
      return { kind: 'STRING' }
    case 1:
    case 2:
      return { kind: 'MAP' }
    case 3:
      return { kind: 'LIST' }
    case 4:
      return { kind: 'ENUM' }
    case 5:
      return { kind: 'DECIMAL', scale: element.number(7) ?? 0, precision: element.number(8) ?? 0 }
    case 6:
      return { kind: 'DATE' }
    case 7:
      return { kind: 'TIME', unit: 'MILLIS', utc: true }
    case 8:
      return { kind: 'TIME', unit: 'MICROS', utc: true }
    case 9:
      return { kind: 'TIMESTAMP', unit: 'MILLIS', utc: true }
    case 10:
      return { kind: 'TIMESTAMP', unit: 'MICROS', utc: true }
    case 11:
      return integer(8, false)
    case 12:
      return integer(16, false)
    case 13:
      return integer(32, false)
    case 14:
      return integer(64, false)
    case 15:
      return integer(8, true)
    case 16:
      return integer(16, true)
    case 17:
      return integer(32, true)
    case 18:
      return integer(64, true)
    case 19:
      return { kind: 'JSON' }
    case 20:
      return { kind: 'BSON' }
    case 21:
      return { kind: 'INTERVAL' }
    default:
      return { kind: 'NONE' }
  }
}

// ── pages ───────────────────────────────────────────────────────────────────────────────────────────

export type PageHeader = {
  /** Bytes behind the header, and how many they are unpacked (levels included). */
  readonly packedSize: number
  readonly size: number
  readonly crc: number | undefined
} & (
  | { readonly kind: 'dictionary'; readonly values: number; readonly encoding: Encoding }
  | { readonly kind: 'data'; readonly values: number; readonly encoding: Encoding; readonly levels: LevelLayout }
  | { readonly kind: 'other' }
)

/** Version 1 packs levels with the values, each behind its length; version 2 puts them before the values, not packed. */
export type LevelLayout =
  | { readonly version: 1; readonly definition: Encoding; readonly repetition: Encoding }
  | {
      readonly version: 2
      readonly definitionBytes: number
      readonly repetitionBytes: number
      readonly packed: boolean
    }

const encodingOf = (value: number | undefined): Encoding => required(encodings[value ?? -1], 'known encoding of a page')

export function pageHeader(header: Struct): PageHeader {
  const sizes = {
    size: required(header.number(2), 'size of a page'),
    packedSize: required(header.number(3), 'packed size of a page'),
    crc: header.number(4),
  }
  if (sizes.size < 0 || sizes.packedSize < 0) throw new MetadataError('the size of a page is negative')
  const type = header.number(1)
  if (type === 0) {
    const page = required(header.struct(5), 'header of a data page')
    return {
      ...sizes,
      kind: 'data',
      values: countOf(page),
      encoding: encodingOf(page.number(2)),
      levels: { version: 1, definition: encodingOf(page.number(3)), repetition: encodingOf(page.number(4)) },
    }
  }
  if (type === 2) {
    const page = required(header.struct(7), 'header of a dictionary page')
    return { ...sizes, kind: 'dictionary', values: countOf(page), encoding: encodingOf(page.number(2)) }
  }
  if (type === 3) {
    const page = required(header.struct(8), 'header of a data page')
    return {
      ...sizes,
      kind: 'data',
      values: countOf(page),
      encoding: encodingOf(page.number(4)),
      levels: {
        version: 2,
        definitionBytes: page.number(5) ?? 0,
        repetitionBytes: page.number(6) ?? 0,
        packed: page.boolean(7) ?? true,
      },
    }
  }
  return { ...sizes, kind: 'other' }
}

function countOf(page: Struct): number {
  const count = required(page.number(1), 'value count of a page')
  if (count < 0) throw new MetadataError('the value count of a page is negative')
  return count
}
