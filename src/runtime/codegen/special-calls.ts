/**
 * Calls that the emitter writes itself, because they ask for NULLs (IS NULL, IS TRUE, IS DISTINCT FROM, IN), are known
 * before the first row (TYPEOF), or work on values in pieces (comparison of wide decimals and fine timestamps).
 */
import { type Js, join, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { type DataType, isTimestamp, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { Expr, ExprOf } from '../../expr/expr.ts'
import type { CallSite } from '../../expr/function.ts'
import { findFunction } from '../../expr/functions/index.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, bothValid, plain } from './operand.ts'
import { lanesOf, tsOf } from './values.ts'

type Special = (e: Emitter, expr: ExprOf<'call'>) => Operand | undefined

export function emitSpecialCall(e: Emitter, expr: ExprOf<'call'>, _site: CallSite): Operand | undefined {
  return specials[expr.function.name]?.(e, expr)
}

/** `present` and `absent` are the answers for a value and for NULL. */
const truthTest =
  (present: (value: Js) => Js, absent: boolean): Special =>
  (e, expr) => {
    const arg = e.emit(expr.args[0]!)
    const value = arg.literal === null ? js`false` : e.value(arg, 'truth')
    const test = present(value)
    if (arg.valid === undefined) return plain(expr.type, test, undefined)
    return plain(expr.type, absent ? js`(${arg.valid} === 0 || ${test})` : js`(${arg.valid} === 1 && ${test})`, undefined)
  }

const nullTest =
  (isNull: boolean): Special =>
  (e, expr) => {
    const { valid } = e.emit(expr.args[0]!)
    const answer = valid === undefined ? js`${!isNull}` : js`(${valid} === ${isNull ? 0 : 1})`
    return plain(expr.type, answer, undefined)
  }

const specials: Readonly<Record<string, Special>> = {
  'IS NULL': nullTest(true),
  'IS NOT NULL': nullTest(false),
  'IS UNKNOWN': nullTest(true),
  'IS NOT UNKNOWN': nullTest(false),
  'IS TRUE': truthTest(value => value, false),
  'IS NOT TRUE': truthTest(value => js`!${value}`, true),
  'IS FALSE': truthTest(value => js`!${value}`, false),
  'IS NOT FALSE': truthTest(value => value, true),
  'IS DISTINCT FROM': (e, expr) => distinct(e, expr, true),
  'IS NOT DISTINCT FROM': (e, expr) => distinct(e, expr, false),
  'TYPEOF': (_e, expr) => plain(expr.type, js`${printType(expr.args[0]!.type)}`, undefined),
  'IN': membership,
  '=': comparePieces,
  '<>': comparePieces,
  '<': comparePieces,
  '<=': comparePieces,
  '>': comparePieces,
  '>=': comparePieces,
  '+': shiftTimestamp,
  '-': shiftTimestamp,
}

/** `=` for operands that are there; undefined where it is not a plain expression. */
function equality(e: Emitter, expr: ExprOf<'call'>, left: Expr, right: Expr): Operand | undefined {
  const equals = findFunction('=')!
  const args = [left, right]
  const site: CallSite = { args: args.map(arg => ({ type: arg.type })), returns: expr.type, session: e.session }
  if (typeof equals.total === 'function' && !equals.total(site)) return undefined
  const operands = args.map(arg => e.emit(arg))
  if (operands.some(operand => operand.literal === null)) return undefined
  const pieces = comparedPieces(e, '=', operands)
  const test =
    pieces ??
    equals.inline?.(
      site,
      operands.map((operand, i) => e.arg(operand, `in${i + 1}`)),
      e.helper,
    )
  return test && plain(expr.type, test, bothValid(operands.map(operand => operand.valid)))
}

function distinct(e: Emitter, expr: ExprOf<'call'>, differs: boolean): Operand | undefined {
  const [left, right] = expr.args as [Expr, Expr]
  const equal = equality(e, expr, left, right)
  if (equal === undefined || equal.form !== 'plain') return undefined
  if (equal.valid === undefined) return plain(expr.type, differs ? js`!${equal.value}` : equal.value, undefined)
  const [l, r] = [left, right].map(arg => e.emit(arg).valid ?? js`1`) as [Js, Js]
  const same = e.named(js`(${equal.valid} === 1 ? ${equal.value} : ${l} === ${r})`, 'same')
  return plain(expr.type, differs ? js`!${same}` : same, undefined)
}

/** Up to this many members are asked one after the other; more become a Set. */
const CHAIN = 16

/** `x IN (literals)`. Anything else is a call. */
function membership(e: Emitter, expr: ExprOf<'call'>): Operand | undefined {
  const [value, ...members] = expr.args as [Expr, ...Expr[]]
  const known = members.flatMap(member => e.emit(member).literal ?? [])
  if (known.length !== members.length) return undefined
  if (members.length > CHAIN) return inSet(e, expr, value, known)
  const tests = members.map(member => equality(e, expr, value, member))
  if (tests.some(test => test?.form !== 'plain')) return undefined
  return plain(
    expr.type,
    js`(${join(
      tests.map(test => (test as Operand & { form: 'plain' }).value),
      ' || ',
    )})`,
    e.emit(value).valid,
  )
}

const inSet = (e: Emitter, expr: ExprOf<'call'>, value: Expr, members: readonly Value[]): Operand | undefined => {
  if (!members.every(member => typeof member === 'number' || typeof member === 'bigint' || typeof member === 'string'))
    return undefined
  const operand = e.emit(value)
  return plain(expr.type, js`${e.helper('members', new Set(members))}.has(${e.value(operand, 'member')})`, operand.valid)
}

function comparePieces(e: Emitter, expr: ExprOf<'call'>): Operand | undefined {
  if (!expr.args.every(arg => inPieces(arg.type)) || !sameScale(expr.args[0]!.type, expr.args[1]!.type)) return undefined
  const operands = expr.args.map(arg => e.emit(arg))
  const valid = bothValid(operands.map(operand => operand.valid))
  const test = comparedPieces(e, expr.function.name, operands)
  return test && plain(expr.type, test, valid && e.named(valid, 'compared_valid'))
}

const inPieces = (type: DataType): boolean => storageOf(type) === 'i128' || storageOf(type) === 'ts'
const sameScale = (l: DataType, r: DataType): boolean =>
  l.kind === 'DECIMAL' && r.kind === 'DECIMAL' ? l.scale === r.scale : l.kind === r.kind

/** Wide decimals by their upper, then their lower words; timestamps by milliseconds, then nanoseconds. */
function comparedPieces(e: Emitter, operator: string, [left, right]: readonly Operand[]): Js | undefined {
  if (
    left === undefined ||
    right === undefined ||
    !inPieces(left.type) ||
    !inPieces(right.type) ||
    !sameScale(left.type, right.type)
  )
    return undefined
  const wide = storageOf(left.type) === 'i128'
  const pieces = (operand: Operand): readonly [Js, Js] => {
    if (!wide) {
      const { millis, nanos } = tsOf(e, operand)
      return [millis, nanos]
    }
    const { low, high } = lanesOf(e, operand)
    return [high, low]
  }
  const [l1, l2] = pieces(left)
  const [r1, r2] = pieces(right)
  if (operator === '=') return js`(${l1} === ${r1} && ${l2} === ${r2})`
  if (operator === '<>') return js`(${l1} !== ${r1} || ${l2} !== ${r2})`
  const unsigned = (piece: Js) => (wide ? js`BigInt.asUintN(64, ${piece})` : piece)
  const strict = raw(operator[0]!)
  return js`(${l1} ${strict} ${r1} || (${l1} === ${r1} && ${unsigned(l2)} ${raw(operator)} ${unsigned(r2)}))`
}

/** A fine timestamp moved by milliseconds: its nanoseconds stay. */
function shiftTimestamp(e: Emitter, expr: ExprOf<'call'>): Operand | undefined {
  const { name } = expr.function
  if (storageOf(expr.type) !== 'ts') return undefined
  const [time, interval] = isTimestamp(expr.args[0]!.type) ? [expr.args[0]!, expr.args[1]!] : [expr.args[1]!, expr.args[0]!]
  if (interval.type.kind !== 'INTERVAL_DAY_TIME') return undefined
  const moved = e.emit(time)
  const by = e.emit(interval)
  const { millis, nanos } = tsOf(e, moved)
  const valid = bothValid([moved.valid, by.valid])
  return {
    form: 'ts',
    type: expr.type,
    millis: e.named(js`BigInt.asIntN(64, ${millis} ${raw(name)} ${e.value(by, 'interval')})`, 'moved'),
    nanos,
    valid: valid && e.named(valid, 'moved_valid'),
  }
}
