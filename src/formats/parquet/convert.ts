/**
 * What a file's values become in a table's column: physical values of a batch are written as the declared type stores
 * them. A type that can't hold every value of the file's exactly is a mismatch, and `converterOf` answers undefined; but
 * times and timestamps are cut to the precision declared, as everywhere in Flink.
 */
import { DataError } from '../../base/errors.ts'
import { MS_PER_DAY } from '../../data/calendar.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import { cutMs, cutNanos, loadMs, storeMs } from '../../data/time-bytes.ts'
import { type DataType, type TypeOf, isBinary, isInteger, isText, isTimestamp } from '../../data/type.ts'
import type { Zone } from '../../data/zone.ts'
import type { TimeUnit } from './metadata.ts'
import { type Node, leafType } from './schema.ts'
import type { Values } from './values.ts'

/** Up to CHUNK_ROWS physical values. Which arrays mean something is the physical type's to say. */
export class Batch {
  /** INT32; INT64 as two halves a value, low first; INT96 as three parts */
  readonly ints: Int32Array = new Int32Array(CHUNK_ROWS * 3)
  readonly raw: Uint8Array = new Uint8Array(this.ints.buffer)
  /** FLOAT */
  readonly floats: Float32Array = new Float32Array(this.ints.buffer)
  /** DOUBLE */
  readonly doubles: Float64Array = new Float64Array(this.ints.buffer)
  /** BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY: value i is `bytes[starts[from + i], ends[from + i])`. */
  bytes: Uint8Array = new Uint8Array(0)
  starts: Int32Array = new Int32Array(0)
  ends: Int32Array = new Int32Array(0)
  from = 0
}

/** Writes `count` values of a batch to `into`, from value `at` on. */
export type Convert = (batch: Batch, count: number, into: Values, at: number) => void

export interface ConvertSettings {
  /** What instants show on the wall of: they become local times there, where that is asked for. */
  readonly zone: Zone | undefined
}

/** Undefined where the declared type does not hold what the file's column holds. */
export function converterOf(node: Node, type: DataType, { zone }: ConvertSettings): Convert | undefined {
  const from = leafType(node)
  if (isText(type) || isBinary(type)) return isText(from) || isBinary(from) ? views : undefined
  switch (from.kind) {
    case 'BOOLEAN':
      return type.kind === 'BOOLEAN' ? bools : undefined
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return isInteger(type) && width(type) >= width(from) ? integers(node, type) : undefined
    case 'DECIMAL':
      return type.kind === 'DECIMAL' ? decimals(node, from, type) : type.kind === 'BIGINT' ? unsignedBigints(node) : undefined
    case 'FLOAT':
      return type.kind === 'FLOAT' || type.kind === 'DOUBLE' ? (node.physical === 'FLOAT' ? floats : halfFloats) : undefined
    case 'DOUBLE':
      return type.kind === 'DOUBLE' ? doubles : undefined
    case 'DATE':
      return type.kind === 'DATE' ? ints : undefined
    case 'TIME':
      return type.kind === 'TIME' ? times(unitOf(node), type.precision) : undefined
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isTimestamp(type) ? timestamps(node, type, zone) : undefined
    default:
      return undefined
  }
}

const unitOf = ({ annotation }: Node): TimeUnit =>
  annotation.kind === 'TIME' || annotation.kind === 'TIMESTAMP' ? annotation.unit : 'NANOS'

const width = (type: DataType): number => ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'].indexOf(type.kind)

const bools: Convert = (batch, count, into, at) => into.bools.set(batch.raw.subarray(0, count), at)
const ints: Convert = (batch, count, into, at) => into.ints.set(batch.ints.subarray(0, count), at)
const doubles: Convert = (batch, count, into, at) => into.doubles.set(batch.doubles.subarray(0, count), at)
const bigints: Convert = (batch, count, into, at) => into.halves.set(batch.ints.subarray(0, count * 2), at * 2)

const floats: Convert = (batch, count, into, at) => {
  for (let i = 0; i < count; i++) into.doubles[at + i] = batch.floats[i]!
}

const views: Convert = (batch, count, into, at) => {
  into.starts.set(batch.starts.subarray(batch.from, batch.from + count), at)
  into.ends.set(batch.ends.subarray(batch.from, batch.from + count), at)
}

// ── numbers ─────────────────────────────────────────────────────────────────────────────────────────

function integers(node: Node, type: DataType): Convert {
  if (type.kind !== 'BIGINT') return ints
  if (node.physical === 'INT64') return bigints
  const unsigned = node.annotation.kind === 'INTEGER' && !node.annotation.signed
  return (batch, count, into, at) => {
    const { halves } = into
    for (let i = 0; i < count; i++) {
      const value = batch.ints[i]!
      halves[2 * (at + i)] = value
      halves[2 * (at + i) + 1] = unsigned ? 0 : value >> 31
    }
  }
}

/** UINT_64 in a BIGINT, as long as the values fit. */
function unsignedBigints(node: Node): Convert | undefined {
  if (node.annotation.kind !== 'INTEGER') return undefined
  return (batch, count, into, at) => {
    for (let i = 0; i < count; i++) {
      if (batch.ints[2 * i + 1]! < 0)
        throw new ValueError('an unsigned integer does not fit into BIGINT; DECIMAL(20, 0) holds it')
    }
    bigints(batch, count, into, at)
  }
}

/** A value that its column can't hold. The reader says where. */
export class ValueError extends Error {}

/** IEEE 754's 16 bits: sign, 5 of exponent, 10 of fraction. */
const halfFloats: Convert = (batch, count, into, at) => {
  for (let i = 0; i < count; i++) {
    const start = batch.starts[batch.from + i]!
    const bits = batch.bytes[start]! | (batch.bytes[start + 1]! << 8)
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Infinity
            : NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15)
    into.doubles[at + i] = bits >> 15 === 0 ? size : -size
  }
}

/** Digits before the point must have room; a larger scale appends zeros. */
function decimals(node: Node, from: TypeOf<'DECIMAL'>, to: TypeOf<'DECIMAL'>): Convert | undefined {
  const more = to.scale - from.scale
  if (more < 0 || to.precision - to.scale < from.precision - from.scale) return undefined
  const wide = to.precision > 18
  const store = storeDecimals(node, wide)
  if (more === 0) return store
  const factor = 10n ** BigInt(more)
  return (batch, count, into, at) => {
    store(batch, count, into, at)
    const low = new BigInt64Array(into.halves.buffer, into.halves.byteOffset, at + count)
    const high = wide ? new BigInt64Array(into.highHalves.buffer, into.highHalves.byteOffset, at + count) : undefined
    for (let i = at; i < at + count; i++) {
      const value = (high === undefined ? low[i]! : (high[i]! << 64n) | BigInt.asUintN(64, low[i]!)) * factor
      low[i] = BigInt.asIntN(64, value)
      if (high !== undefined) high[i] = BigInt.asIntN(64, value >> 64n)
    }
  }
}

function storeDecimals(node: Node, wide: boolean): Convert {
  if (node.physical === 'INT32' || node.physical === 'INT64') {
    const step = node.physical === 'INT32' ? 1 : 2
    const unsigned = node.annotation.kind === 'INTEGER'
    return (batch, count, into, at) => {
      for (let i = 0; i < count; i++) {
        const top = batch.ints[step * i + step - 1]!
        const sign = unsigned ? 0 : top >> 31
        into.halves[2 * (at + i)] = batch.ints[step * i]!
        into.halves[2 * (at + i) + 1] = step === 2 ? top : sign
        if (wide) into.highHalves[2 * (at + i)] = into.highHalves[2 * (at + i) + 1] = sign
      }
    }
  }
  return (batch, count, into, at) => {
    for (let i = 0; i < count; i++) {
      const start = batch.starts[batch.from + i]!
      const end = batch.ends[batch.from + i]!
      const sign = start < end && batch.bytes[start]! >= 128 ? -1 : 0
      into.halves[2 * (at + i)] = part(batch.bytes, start, end - 4, sign)
      into.halves[2 * (at + i) + 1] = part(batch.bytes, start, end - 8, sign)
      if (!wide) continue
      into.highHalves[2 * (at + i)] = part(batch.bytes, start, end - 12, sign)
      into.highHalves[2 * (at + i) + 1] = part(batch.bytes, start, end - 16, sign)
    }
  }
}

/** Four bytes from `at` on, big-endian; those before `start` are the sign's. */
function part(bytes: Uint8Array, start: number, at: number, sign: number): number {
  if (at >= start) return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  let value = sign
  for (let i = Math.max(at, start); i < at + 4; i++) value = (value << 8) | bytes[i]!
  return value
}

// ── times ───────────────────────────────────────────────────────────────────────────────────────────

const NANOS_PER_MS = 1_000_000
const perMs = { MILLIS: 1, MICROS: 1000, NANOS: NANOS_PER_MS } as const

/** The quotient and rest of a 64-bit integer by at most a million, both exact. */
class Division {
  /** The quotient's halves: `high * 2^32 + low`, with 0 <= low < 2^32. */
  high = 0
  low = 0
  rest = 0

  divide(low: number, high: number, divisor: number): void {
    this.high = Math.floor(high / divisor)
    // Below divisor * 2^32, which is below 2^53.
    const left = (high - this.high * divisor) * 4294967296 + (low >>> 0)
    this.low = Math.floor(left / divisor)
    this.rest = left - this.low * divisor
  }
}

function times(unit: TimeUnit, precision: number): Convert {
  const division = new Division()
  return (batch, count, into, at) => {
    for (let i = 0; i < count; i++) {
      let ms: number
      if (unit === 'MILLIS') ms = batch.ints[i]!
      else {
        division.divide(batch.ints[2 * i]!, batch.ints[2 * i + 1]!, perMs[unit])
        ms = division.low
      }
      // Some writers know 24:00:00, TIME does not.
      into.ints[at + i] = cutMs(ms % MS_PER_DAY, precision)
    }
  }
}

function timestamps(node: Node, type: TypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>, zone: Zone | undefined): Convert {
  const fine = type.precision > 3
  const store = node.physical === 'INT96' ? storeInt96(fine) : storeInt64(unitOf(node), fine)
  const local = zone !== undefined && type.kind === 'TIMESTAMP' && !isLocal(node) ? zone : undefined
  const cut = type.precision < 3 || (fine && type.precision < 9)
  if (!cut && local === undefined) return store
  return (batch, count, into, at) => {
    store(batch, count, into, at)
    for (let row = at; row < at + count; row++) {
      if (local !== undefined) storeMs(local.toLocal(loadMs(into.halves, row)), into.halves, row)
      if (fine) into.nanos[row] = cutNanos(into.nanos[row]!, type.precision)
      else storeMs(cutMs(loadMs(into.halves, row), type.precision), into.halves, row)
    }
  }
}

/** The file says that the values are local times rather than instants. */
const isLocal = ({ annotation }: Node): boolean => annotation.kind === 'TIMESTAMP' && !annotation.utc

function storeInt64(unit: TimeUnit, fine: boolean): Convert {
  if (unit === 'MILLIS') {
    return (batch, count, into, at) => {
      bigints(batch, count, into, at)
      if (fine) into.nanos.fill(0, at, at + count)
    }
  }
  const divisor = perMs[unit]
  const nanosPerRest = NANOS_PER_MS / divisor
  const division = new Division()
  return (batch, count, into, at) => {
    const { halves, nanos } = into
    for (let i = 0; i < count; i++) {
      division.divide(batch.ints[2 * i]!, batch.ints[2 * i + 1]!, divisor)
      halves[2 * (at + i)] = division.low
      halves[2 * (at + i) + 1] = division.high
      if (fine) nanos[at + i] = division.rest * nanosPerRest
    }
  }
}

/** The Julian day of 1970-01-01. */
const EPOCH_JULIAN_DAY = 2440588

/** Nanoseconds of the day in 64 bits, then the Julian day in 32. */
function storeInt96(fine: boolean): Convert {
  const division = new Division()
  return (batch, count, into, at) => {
    for (let i = 0; i < count; i++) {
      division.divide(batch.ints[3 * i]!, batch.ints[3 * i + 1]!, NANOS_PER_MS)
      const ms = division.high * 4294967296 + division.low
      storeMs((batch.ints[3 * i + 2]! - EPOCH_JULIAN_DAY) * MS_PER_DAY + ms, into.halves, at + i)
      if (fine) into.nanos[at + i] = division.rest
    }
  }
}

/** How a converter's complaint becomes an error with a place. */
export const valueErrorAt = (place: string, error: ValueError): DataError => new DataError('PARQUET_VALUE', place, error.message)
