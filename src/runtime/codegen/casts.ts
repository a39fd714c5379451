/**
 * Casts. Those between numbers that cannot fail are written out; the rest call what `implementCast` makes. 64-bit
 * integers become doubles through their 32-bit halves, for `Number(x)` puts the bigint on the heap.
 */
import { type Js, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { type DataType, isInteger, sameType } from '../../data/type.ts'
import { implementCast } from '../../expr/cast.ts'
import { asDecimal } from '../../expr/coercion.ts'
import { powerOfTen } from '../../expr/decimal.ts'
import type { ExprOf } from '../../expr/expr.ts'
import { LONG, LONG_WORDS, wrapJs } from '../../expr/functions/numeric.ts'
import { keepsView } from './branches.ts'
import { computeIfValid } from './calls.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, plain, retype } from './operand.ts'
import { lanesOf, tsOf } from './values.ts'

export function emitCast(e: Emitter, expr: ExprOf<'cast'>): Operand {
  const input = e.emit(expr.input)
  if (input.literal === null) return { ...plain(expr.type, e.blank(expr.type), js`0`), literal: null }
  const { type } = expr
  if (sameType(input.type, type, { ignoreNullable: true }) || (input.form === 'view' && keepsView(expr)))
    return retype(input, type)
  const written = castInPieces(e, input, type) ?? castNumber(e, input, type)
  if (written !== undefined) return written
  const cast = implementCast(expr.input.type, type, { safe: expr.safe, session: e.session })
  const call = () => js`${e.helper('cast', cast)}(${e.value(input, 'uncast')})`
  if (input.valid === undefined) return e.orNull(e.named(call(), 'cast_value'), expr)
  return computeIfValid(e, expr, input.valid, 'cast_value', call, true)
}

/** Timestamps of other precision and decimals that need two words. */
function castInPieces(e: Emitter, input: Operand, to: DataType): Operand | undefined {
  const from = input.type
  const { valid } = input
  if (from.kind === to.kind && (to.kind === 'TIMESTAMP' || to.kind === 'TIMESTAMP_LTZ')) {
    const precision = (from as typeof to).precision
    if (to.precision > 3 && to.precision >= precision) return { form: 'ts', type: to, valid, ...tsOf(e, input) }
    if (to.precision === 3 && precision >= 3) return plain(to, tsOf(e, input).millis, valid)
  }
  if (storageOf(to) !== 'i128' || to.kind !== 'DECIMAL' || !(isInteger(from) || from.kind === 'DECIMAL')) return undefined
  const { precision, scale } = asDecimal(from)
  if (to.scale !== scale || to.precision < precision) return undefined
  return { form: 'lanes', type: to, valid, ...lanesOf(e, input) }
}

function castNumber(e: Emitter, input: Operand, to: DataType): Operand | undefined {
  const from = input.type
  const code = numberCode(e, input, from, to)
  return code && plain(to, code, input.valid)
}

function numberCode(e: Emitter, input: Operand, from: DataType, to: DataType): Js | undefined {
  const value = () => e.value(input, 'number')
  if (isInteger(from)) {
    switch (to.kind) {
      case 'TINYINT':
      case 'SMALLINT':
      case 'INT':
        return wrapJs(to, from.kind === 'BIGINT' ? lowWord(e, value()) : value())
      case 'BIGINT':
        return js`BigInt(${value()})`
      case 'DOUBLE':
        return from.kind === 'BIGINT' ? asDouble(e, value()) : value()
      case 'FLOAT':
        return from.kind === 'BIGINT' ? undefined : js`Math.fround(${value()})`
      case 'DECIMAL':
        return scaledUp(from.kind === 'BIGINT' ? value() : js`BigInt(${value()})`, asDecimal(from), to)
      default:
        return undefined
    }
  }
  if (from.kind === 'FLOAT' && to.kind === 'DOUBLE') return value()
  if (from.kind === 'DOUBLE' && to.kind === 'FLOAT') return js`Math.fround(${value()})`
  if (from.kind !== 'DECIMAL' || storageOf(from) !== 'i64') return undefined
  if (to.kind === 'DECIMAL') return scaledUp(value(), from, to)
  if (to.kind !== 'DOUBLE' || from.precision > 15) return undefined
  return from.scale === 0 ? asDouble(e, value()) : js`(${asDouble(e, value())} / ${10 ** from.scale})`
}

/** A decimal with no fewer digits on either side of the point, where one word holds it. */
function scaledUp(unscaled: Js, from: { precision: number; scale: number }, to: DataType & { kind: 'DECIMAL' }): Js | undefined {
  if (to.precision > 18 || to.scale < from.scale || to.precision - to.scale < from.precision - from.scale) return undefined
  return to.scale === from.scale ? unscaled : js`BigInt.asIntN(64, ${unscaled} * ${raw(`${powerOfTen(to.scale - from.scale)}n`)})`
}

const lowWord = (e: Emitter, value: Js): Js => js`(${e.helper('long', LONG)}[0] = ${value}, ${e.helper('words', LONG_WORDS)}[0])`

const asDouble = (e: Emitter, value: Js): Js => {
  const words = e.helper('words', LONG_WORDS)
  return js`(${e.helper('long', LONG)}[0] = ${value}, ${words}[1] * 4294967296 + (${words}[0] >>> 0))`
}
