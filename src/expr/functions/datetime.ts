/**
 * What the temporal functions share: datetime values as plain numbers, for `implement` and for spliced code.
 *
 * A 64-bit value in generated code stays out of the heap when it passes through one typed slot: stored as a bigint, read
 * as two 32-bit words, and the other way round (`msJs`, `longJs`).
 */
import { type Js, js } from '../../codegen/js.ts'
import { joinTimestamp, splitTimestamp } from '../../data/text-time.ts'
import { type DataType, isTimestamp } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { UTC, type Zone, zoneOf } from '../../data/zone.ts'
import type { JsArg, SessionFacts } from '../function.ts'
import { LONG, LONG_WORDS } from './numeric.ts'

export type Helper = (name: string, value: unknown) => Js

/** Epoch milliseconds of a DATE, TIME or timestamp, as they are stored: an instant stays one. */
export function millis(type: DataType): (value: Value) => number {
  if (type.kind === 'DATE') return value => (value as number) * 86_400_000
  if (!isTimestamp(type)) return Number
  return type.precision <= 3 ? value => Number(value as bigint) : value => splitTimestamp(value as bigint, type.precision)[0]
}

/** Nanoseconds of the millisecond. */
export const nanosOf = (type: DataType): ((value: Value) => number) =>
  isTimestamp(type) && type.precision > 3 ? value => splitTimestamp(value as bigint, type.precision)[1] : () => 0

/** The value of a timestamp type with these milliseconds. */
export const fromMillis = (type: DataType): ((ms: number, nanos: number) => bigint) => {
  const precision = isTimestamp(type) ? type.precision : 3
  return precision <= 3 ? ms => BigInt(ms) : (ms, nanos) => joinTimestamp(ms, nanos, precision)
}

/** Where the wall clock of a type's values hangs: the session's zone for TIMESTAMP_LTZ. */
export const clockOf = (type: DataType, session: SessionFacts): Zone =>
  type.kind === 'TIMESTAMP_LTZ' ? zoneOf(session.zone) : UTC

/** True for a timestamp whose value is 64-bit milliseconds. */
export const isMillis = (type: DataType): boolean => isTimestamp(type) && type.precision <= 3

/** Such a value as a number, without a bigint on the heap. */
export function msJs(arg: JsArg, helper: Helper): Js {
  const [long, words] = [helper('LONG', LONG), helper('LONG_WORDS', LONG_WORDS)]
  return js`(${long}[0] = ${arg.value}, ${words}[1] * 4294967296 + (${words}[0] >>> 0))`
}

/** A 32-bit integer as a bigint, without one on the heap when it is stored next. */
export function longJs(int: Js, helper: Helper): Js {
  const [long, words] = [helper('LONG', LONG), helper('LONG_WORDS', LONG_WORDS)]
  return js`(${words}[0] = ${int}, ${words}[1] = ${words}[0] >> 31, ${long}[0])`
}

/** 64-bit milliseconds as whole days, rounded towards zero, as a 32-bit integer. */
export function daysJs(arg: JsArg, helper: Helper): Js {
  const [long, words] = [helper('LONG', LONG), helper('LONG_WORDS', LONG_WORDS)]
  return js`(${long}[0] = BigInt.asIntN(64, ${arg.value} / 86400000n), ${words}[0])`
}

/** A literal's text, upper case; undefined when it is none. */
export const wordOf = (literal: Value | undefined): string | undefined =>
  typeof literal === 'string' ? literal.toUpperCase() : undefined
