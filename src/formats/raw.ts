/** The format raw: a message is the value of the table's one column, as bytes, text, or a number in binary. */
import { DataError, EvaluationError, SqlError, UnsupportedError } from '../base/errors.ts'
import type { OptionSet, Options } from '../catalog/option.ts'
import type { Chunk } from '../data/chunk.ts'
import { isNullAt } from '../data/column.ts'
import { valueAt } from '../data/column.ts'
import { type DataType, type Schema, isBinary, isText, printType } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { ChunkFill } from './column-fill.ts'
import {
  type ByteWriter,
  type Decoder,
  type DecoderContext,
  type Encoder,
  type Format,
  NO_MESSAGE,
  type PlaceOf,
} from './format.ts'

const rawOptions: OptionSet = {
  required: [],
  optional: [
    { name: 'charset', type: 'string', default: 'UTF-8', description: 'of text' },
    {
      name: 'endianness',
      type: 'enum',
      values: ['big-endian', 'little-endian'],
      default: 'big-endian',
      description: 'of numbers',
    },
  ],
}

/** The bytes of each kind of number. */
const SIZES: Partial<Record<DataType['kind'], number>> = {
  BOOLEAN: 1,
  TINYINT: 1,
  SMALLINT: 2,
  INT: 4,
  BIGINT: 8,
  FLOAT: 4,
  DOUBLE: 8,
}

export const raw: Format = {
  name: 'raw',
  options: rawOptions,
  framing: 'lines',
  rowOfNothing: true,
  decoder: (schema, all, options, context) => new RawDecoder(schema, onlyColumn(all), options, context),
  encoder: (schema, options) => new RawEncoder(onlyColumn(schema), options),
}

function onlyColumn(schema: Schema): DataType {
  const [column, ...others] = schema
  if (column === undefined || others.length > 0)
    throw new SqlError('FORMAT_SCHEMA', `the format raw has one column, not ${schema.length}`)
  const { type } = column
  if (!isText(type) && !isBinary(type) && SIZES[type.kind] === undefined)
    throw new UnsupportedError(`the type ${printType(type)} in the format raw`)
  return type
}

const isUtf8 = (charset: string): boolean => /^utf-?8$/i.test(charset)

class RawDecoder implements Decoder {
  readonly lost: readonly number[] = []
  readonly #type: DataType
  readonly #fill: ChunkFill
  readonly #littleEndian: boolean
  /** Of text in another charset than UTF-8. */
  readonly #charset: InstanceType<typeof TextDecoder> | undefined

  constructor(schema: Schema, type: DataType, options: Options, context: DecoderContext) {
    this.#type = type
    this.#fill = new ChunkFill(schema, context.pool)
    this.#littleEndian = options.string('endianness')!.toLowerCase() === 'little-endian'
    const charset = options.string('charset')!
    this.#charset = isUtf8(charset) || !isText(type) ? undefined : decoderOf(charset)
  }

  decode(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number, place: PlaceOf): Chunk {
    const [column] = this.#fill.columns
    if (column === undefined) return this.#fill.finish(count, bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const size = SIZES[this.#type.kind]
    for (let row = 0; row < count; row++) {
      const start = starts[row]!
      const end = ends[row]!
      if (start < 0) {
        if (!this.#type.nullable) throw new DataError('RAW_BAD_RECORD', place(row), 'is nothing, and the column is NOT NULL')
        column.setNull(row)
      } else if (this.#charset !== undefined) column.set(row, this.#charset.decode(bytes.subarray(start, end)))
      else if (size === undefined) column.setView(row, start, end)
      else {
        if (end - start !== size)
          throw new DataError('RAW_BAD_RECORD', place(row), `${printType(this.#type)} takes ${size} bytes, not ${end - start}`)
        column.set(row, this.#number(view, start))
      }
    }
    return this.#fill.finish(count, bytes)
  }

  #number(view: DataView, at: number): Exclude<Value, null> {
    switch (this.#type.kind) {
      case 'BOOLEAN':
        return view.getInt8(at) !== 0
      case 'TINYINT':
        return view.getInt8(at)
      case 'SMALLINT':
        return view.getInt16(at, this.#littleEndian)
      case 'INT':
        return view.getInt32(at, this.#littleEndian)
      case 'BIGINT':
        return view.getBigInt64(at, this.#littleEndian)
      case 'FLOAT':
        return view.getFloat32(at, this.#littleEndian)
      default:
        return view.getFloat64(at, this.#littleEndian)
    }
  }
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset)
  } catch (cause) {
    throw new SqlError('OPTION_VALUE', `the option 'charset' of the format raw is a character set, not '${charset}'`, undefined, {
      cause,
    })
  }
}

/** Values with a line end behind each. */
class RawEncoder implements Encoder {
  readonly #type: DataType
  readonly #littleEndian: boolean

  constructor(type: DataType, options: Options) {
    const charset = options.string('charset')!
    if (isText(type) && !isUtf8(charset)) throw new UnsupportedError(`writing the character set '${charset}' in the format raw`)
    this.#type = type
    this.#littleEndian = options.string('endianness')!.toLowerCase() === 'little-endian'
  }

  encode(chunk: Chunk, into: ByteWriter, messageEnds?: Int32Array): void {
    const column = chunk.columns[0]!
    const size = SIZES[this.#type.kind]
    for (let row = 0; row < chunk.length; row++) {
      if (isNullAt(column, row)) {
        if (messageEnds === undefined) throw new EvaluationError('RAW_NULL', "the format raw can't write NULL")
        messageEnds[row] = NO_MESSAGE
        continue
      }
      if (column.storage === 'bytes') {
        const { bytes, starts, ends } = column
        const length = ends[row]! - starts[row]!
        into.reserve(length + 1)
        into.bytes.set(bytes.subarray(starts[row], ends[row]), into.length)
        into.length += length
      } else {
        into.reserve(size! + 1)
        this.#number(
          new DataView(into.bytes.buffer, into.bytes.byteOffset, into.bytes.byteLength),
          into.length,
          valueAt(column, row),
        )
        into.length += size!
      }
      if (messageEnds === undefined) into.bytes[into.length++] = 10
      else messageEnds[row] = into.length
    }
  }

  #number(view: DataView, at: number, value: Value): void {
    switch (this.#type.kind) {
      case 'BOOLEAN':
        return view.setInt8(at, value === true ? 1 : 0)
      case 'TINYINT':
        return view.setInt8(at, value as number)
      case 'SMALLINT':
        return view.setInt16(at, value as number, this.#littleEndian)
      case 'INT':
        return view.setInt32(at, value as number, this.#littleEndian)
      case 'BIGINT':
        return view.setBigInt64(at, value as bigint, this.#littleEndian)
      case 'FLOAT':
        return view.setFloat32(at, value as number, this.#littleEndian)
      default:
        return view.setFloat64(at, value as number, this.#littleEndian)
    }
  }
}
