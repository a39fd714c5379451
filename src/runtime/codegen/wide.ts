/**
 * Sums and products of decimals whose result has more than 18 digits, without a bigint on the heap as long as the
 * result fits 64 bits: two words go to a slot, the upper one repeats the sign. Where the operands' own bounds do not
 * promise that, their upper 32 bits are looked at, row by row.
 */
import { type Js, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { type DataType, isInteger } from '../../data/type.ts'
import type { ExprOf } from '../../expr/expr.ts'
import { asDecimal } from '../../expr/coercion.ts'
import { powerOfTen } from '../../expr/decimal.ts'
import { unscaledJs, LONG, LONG_WORDS } from '../../expr/functions/numeric.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, bothValid, resultName } from './operand.ts'

/** The call as an operand in two words; undefined when it is no such call. */
export function emitWideCall(e: Emitter, expr: ExprOf<'call'>): Operand | undefined {
  const { name } = expr.function
  if (!['+', '-', '*'].includes(name) || expr.type.kind !== 'DECIMAL' || storageOf(expr.type) !== 'i128') return undefined
  const [left, right] = expr.args.map(arg => arg.type) as [DataType, DataType]
  if (!narrow(left) || !narrow(right) || wasCut(name, left, right)) return undefined
  const operands = expr.args.map(arg => e.emit(arg))
  const valid = bothValid(operands.map(operand => operand.valid))
  const result = e.slot(resultName(name), 2)
  if (name === '*') multiply(e, result, operands)
  else add(e, result, name, operands, expr.type.scale)
  return {
    form: 'lanes',
    type: expr.type,
    low: js`${result}[0]`,
    high: js`${result}[1]`,
    valid: valid && e.named(valid, `${resultName(name)}_valid`),
  }
}

/** One word holds it. */
const narrow = (type: DataType): boolean => storageOf(type) === 'i64' || isInteger(type)

/** True where the result type was cut to 38 digits, so that the result may not fit or must be rounded. */
function wasCut(name: string, left: DataType, right: DataType): boolean {
  const [l, r] = [asDecimal(left), asDecimal(right)]
  if (name === '*') return l.precision + r.precision + 1 > 38
  return Math.max(l.precision - l.scale, r.precision - r.scale) + Math.max(l.scale, r.scale) + 1 > 38
}

const digitsOf = ({ type, literal }: Operand): number =>
  typeof literal === 'bigint' || typeof literal === 'number' ? String(literal).replace('-', '').length : asDecimal(type).precision

const oneWord = (e: Emitter, result: Js, value: Js): void => {
  e.line(js`${result}[0] = BigInt.asIntN(64, ${value})`)
  e.line(js`${result}[1] = BigInt.asIntN(64, ${result}[0] >> 63n)`)
}

function multiply(e: Emitter, result: Js, operands: readonly Operand[]): void {
  const [left, right] = operands.map(operand => unscaled(e, operand)) as [Js, Js]
  const product = js`${left} * ${right}`
  const digits = digitsOf(operands[0]!) + digitsOf(operands[1]!)
  if (digits <= 18) return oneWord(e, result, product)
  const long = e.helper('long', LONG)
  const words = e.helper('words', LONG_WORDS)
  const slow = (a: Js, b: Js) => js`${e.helper('multiplyWide', multiplyWide)}(${result}, ${a}, ${b})`
  const known = operands.findIndex(operand => typeof operand.literal === 'bigint' || typeof operand.literal === 'number')
  if (known >= 0) {
    const [value, factor] = known === 0 ? [right, left] : [left, right]
    const size = BigInt(operands[known]!.literal as bigint | number)
    // Within ±2^32 times this, the product fits 64 bits.
    const bound = (0x7fffffffffffffffn / ((size < 0n ? -size : size) || 1n)) >> 32n
    e.line(js`${long}[0] = ${value}`)
    const fast = e.inBlock(() => oneWord(e, result, js`${long}[0] * ${factor}`))
    e.line(js`if (${words}[1] >= ${-Number(bound)} && ${words}[1] < ${Number(bound)}) {
      ${fast}
    } else {
      ${slow(js`${long}[0]`, factor)}
    }`)
    return
  }
  const other = e.helper('other', OTHER_LONG)
  const otherWords = e.helper('otherWords', OTHER_WORDS)
  e.line(js`${long}[0] = ${left}`)
  e.line(js`${other}[0] = ${right}`)
  const fast = e.inBlock(() => oneWord(e, result, js`${long}[0] * ${other}[0]`))
  e.line(js`if (${words}[1] === ${words}[0] >> 31 && ${otherWords}[1] === ${otherWords}[0] >> 31) {
    ${fast}
  } else {
    ${slow(js`${long}[0]`, js`${other}[0]`)}
  }`)
}

function add(e: Emitter, result: Js, name: string, operands: readonly Operand[], scale: number): void {
  const up = operands.map(operand => scale - (operand.type.kind === 'DECIMAL' ? operand.type.scale : 0))
  const fits = operands.every((operand, i) => digitsOf(operand) + up[i]! <= 18)
  const [left, right] = operands.map((operand, i) => {
    const value = unscaled(e, operand)
    return up[i] === 0 ? value : js`${value} * ${raw(`${powerOfTen(up[i]!)}n`)}`
  }) as [Js, Js]
  if (fits) return oneWord(e, result, js`${left} ${raw(name)} ${right}`)
  e.line(js`${e.helper('splitWide', splitWide)}(${result}, ${left} ${raw(name)} ${right})`)
}

const unscaled = (e: Emitter, operand: Operand): Js =>
  typeof operand.literal === 'number' ? e.long(BigInt(operand.literal)) : unscaledJs(e.arg(operand, 'unscaled'))

const OTHER_LONG = new BigInt64Array(1)
const OTHER_WORDS = new Int32Array(OTHER_LONG.buffer)

function multiplyWide(result: BigInt64Array, left: bigint, right: bigint): void {
  splitWide(result, left * right)
}

function splitWide(result: BigInt64Array, value: bigint): void {
  result[0] = BigInt.asIntN(64, value)
  result[1] = BigInt.asIntN(64, value >> 64n)
}
