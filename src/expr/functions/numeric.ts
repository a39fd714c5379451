/** What arithmetic, comparison and mathematics share: integers that wrap, decimals as unscaled integers, common inlines. */
import { type Js, js, raw } from '../../codegen/js.ts'
import { EvaluationError, InvariantError } from '../../base/errors.ts'
import { type DataType, isInteger } from '../../data/type.ts'
import type { JsArg } from '../function.ts'

export type Numeric = number | bigint

/** A bigint wrapped to 64 bits and its two 32-bit words, low first: how generated code narrows without allocating. */
export const LONG: BigInt64Array = new BigInt64Array(1)
export const LONG_WORDS: Int32Array = new Int32Array(LONG.buffer)

/** Wraps to the width of an integer type; rounds to 32 bits for FLOAT. */
export function wrap(type: DataType): (value: Numeric) => Numeric {
  switch (type.kind) {
    case 'TINYINT':
      return v => ((v as number) << 24) >> 24
    case 'SMALLINT':
      return v => ((v as number) << 16) >> 16
    case 'INT':
      return v => (v as number) | 0
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return v => BigInt.asIntN(64, v as bigint)
    case 'FLOAT':
      return v => Math.fround(v as number)
    default:
      return v => v
  }
}

/** The same as code. `value` is an expression. */
export function wrapJs(type: DataType, value: Js): Js {
  switch (type.kind) {
    case 'TINYINT':
      return js`((${value}) << 24 >> 24)`
    case 'SMALLINT':
      return js`((${value}) << 16 >> 16)`
    case 'INT':
      return js`((${value}) | 0)`
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return js`BigInt.asIntN(64, ${value})`
    case 'FLOAT':
      return js`Math.fround(${value})`
    default:
      return js`(${value})`
  }
}

/** The unscaled value of an integer or a decimal as a bigint. */
export const toUnscaled = (value: Numeric): bigint => (typeof value === 'bigint' ? value : BigInt(value))

/** The same as code: integers below BIGINT are numbers. A literal stays a literal. */
export function unscaledJs(arg: JsArg): Js {
  if (arg.type.kind === 'DECIMAL' || arg.type.kind === 'BIGINT') return arg.value
  return typeof arg.literal === 'number' ? raw(`${arg.literal}n`) : js`BigInt(${arg.value})`
}

export const scaleOf = (type: DataType): number => (type.kind === 'DECIMAL' ? type.scale : 0)

/** True for integers and decimals, whose values are exact. */
export const isExact = (type: DataType): boolean => type.kind === 'DECIMAL' || isInteger(type)

export function divisionByZero(): never {
  throw new EvaluationError('DIVISION_BY_ZERO', 'Division by zero')
}

/** What stands in for an overload that `resolve` never picks. */
export const noOverload = (name: string): never => {
  throw new InvariantError(`${name} has no implementation for these types`)
}

export const isZero = (value: unknown): boolean => value === 0 || value === 0n
