/** Values in pieces, as columns hold them, and whole, as `data/value.ts` has them. Generated code calls these on slow paths. */
import { js } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import type { Js } from '../../codegen/js.ts'
import type { Emitter } from './emitter.ts'
import type { Operand } from './operand.ts'

const NANOS = 1_000_000n

export const valueFromLanes = (low: bigint, high: bigint): bigint => (high << 64n) | BigInt.asUintN(64, low)
export const valueFromTs = (millis: bigint, nanos: number): bigint => millis * NANOS + BigInt(nanos)
/** Nanoseconds within the millisecond, 0 to 999,999. */
export const nanosOf = (timestamp: bigint): number => Number(((timestamp % NANOS) + NANOS) % NANOS)
export const millisOf = (timestamp: bigint): bigint => (timestamp - BigInt(nanosOf(timestamp))) / NANOS

/** A wide decimal as two words. */
export function lanesOf(e: Emitter, operand: Operand): { readonly low: Js; readonly high: Js } {
  if (operand.form === 'lanes') return operand
  const value = e.value(operand, 'wide')
  // A decimal of at most 18 digits, or an integer: the upper word repeats its sign.
  if (storageOf(operand.type) === 'i64') return { low: value, high: js`BigInt.asIntN(64, ${value} >> 63n)` }
  if (storageOf(operand.type) === 'i32') return { low: js`BigInt(${value})`, high: js`(${value} < 0 ? ${e.long(-1n)} : 0n)` }
  return { low: js`BigInt.asIntN(64, ${value})`, high: js`BigInt.asIntN(64, ${value} >> 64n)` }
}

/** A timestamp as milliseconds and nanoseconds within the millisecond. */
export function tsOf(e: Emitter, operand: Operand): { readonly millis: Js; readonly nanos: Js } {
  if (operand.form === 'ts') return operand
  const value = e.value(operand, 'timestamp')
  if (storageOf(operand.type) === 'i64') return { millis: value, nanos: js`0` }
  return { millis: js`${e.helper('millisOf', millisOf)}(${value})`, nanos: js`${e.helper('nanosOf', nanosOf)}(${value})` }
}
