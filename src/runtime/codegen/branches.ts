/** AND, OR and CASE: what need not be computed is not. */
import { type Js, join, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { types } from '../../data/type.ts'
import type { Expr, ExprOf } from '../../expr/expr.ts'
import { variable } from './calls.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, bare, bothValid, plain } from './operand.ts'
import { lanesOf, tsOf } from './values.ts'

/** A BOOLEAN as a condition: true only for TRUE. */
export function condition(e: Emitter, expr: Expr): Js {
  const operand = e.emit(expr)
  if (operand.literal === null) return js`false`
  const truth = operand.form === 'plain' ? operand.value : e.value(operand)
  return operand.valid === undefined ? truth : js`(${operand.valid} === 1 && ${truth})`
}

/** Operands one after the other, each computed where none before has decided. `FALSE` decides an AND, `TRUE` an OR. */
export function emitLogic(e: Emitter, expr: ExprOf<'and' | 'or'>): Operand {
  const and = expr.kind === 'and'
  const straight = withoutStatements(e, expr.args)
  if (straight !== undefined) return straightLogic(e, straight, and)
  const result = e.names.fresh(expr.kind === 'and' ? 'all' : 'any')
  e.line(js`let ${result} = ${and}`)
  const unknown = expr.args.some(arg => arg.type.nullable) ? e.names.fresh(`${result}_unknown`) : undefined
  if (unknown !== undefined) e.line(js`let ${unknown} = 0`)
  const ask = (args: readonly Expr[]): void => {
    const [first, ...rest] = args as [Expr, ...Expr[]]
    const operand = e.emit(first)
    const truth = operand.literal === null ? js`${and}` : e.value(operand, 'truth')
    if (operand.valid !== undefined) {
      if (unknown !== undefined) e.line(js`${unknown} |= 1 - ${operand.valid}`)
      e.line(js`${result} = ${and ? js`${operand.valid} === 0 || ${truth}` : js`${operand.valid} === 1 && ${truth}`}`)
    } else e.line(js`${result} = ${truth}`)
    if (rest.length === 0) return
    const lines = e.inBlock(() => ask(rest))
    e.line(js`if (${and ? js`${result}` : js`!${result}`}) {
      ${lines}
    }`)
  }
  ask(expr.args)
  if (unknown === undefined) return plain(types.boolean(), result, undefined)
  return plain(
    types.boolean(),
    result,
    e.named(js`(${and ? raw('') : raw('!')}${result} ? 1 - ${unknown} : 1)`, `${result}_valid`),
  )
}

/** The operands, when none of them takes a statement of its own. */
function withoutStatements(e: Emitter, args: readonly Expr[]): readonly Operand[] | undefined {
  const simple = (expr: Expr): boolean =>
    expr.kind === 'input' ||
    expr.kind === 'literal' ||
    (expr.kind === 'call' &&
      simpleCalls.has(expr.function.name) &&
      expr.args.every(arg => simple(arg) && storageOf(arg.type) !== 'i128' && storageOf(arg.type) !== 'ts'))
  if (!args.every(simple)) return undefined
  return args.map(arg => e.emit(arg))
}
const simpleCalls: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'NOT',
  'IS NULL',
  'IS NOT NULL',
  'IS TRUE',
  'IS FALSE',
])

function straightLogic(e: Emitter, operands: readonly Operand[], and: boolean): Operand {
  const truths = operands.map(operand =>
    operand.literal === null ? js`${and}` : operand.form === 'plain' ? operand.value : e.value(operand),
  )
  if (operands.every(operand => operand.valid === undefined))
    return plain(types.boolean(), js`(${join(truths, and ? ' && ' : ' || ')})`, undefined)
  // A NULL operand counts as one that does not decide; if nothing decides, it makes the whole NULL.
  const parts = operands.map((operand, i) => {
    if (operand.valid === undefined) return truths[i]!
    return and ? js`(${operand.valid} === 0 || ${truths[i]})` : js`(${operand.valid} === 1 && ${truths[i]})`
  })
  const result = e.named(js`(${join(parts, and ? ' && ' : ' || ')})`, and ? 'all' : 'any')
  const valid = bothValid(operands.map(operand => operand.valid))!
  return plain(types.boolean(), result, e.named(js`(${and ? raw('') : raw('!')}${result} ? ${valid} : 1)`, `${result}_valid`))
}

export function emitCase(e: Emitter, expr: ExprOf<'case'>): Operand {
  const target = caseTarget(e, expr)
  let validName: Js | undefined
  const results = [...expr.branches.map(branch => branch.then), expr.otherwise]
  if (results.some(mayBeNull)) {
    validName = e.names.fresh('case_valid')
    e.line(js`let ${validName} = 1`)
  }
  const store = (result: Expr): void => {
    const operand = e.emit(result)
    if (operand.literal !== null) target.assign(operand)
    if (operand.valid !== undefined) e.line(js`${validName!} = ${operand.valid}`)
  }
  const choose = (index: number): void => {
    const branch = expr.branches[index]
    if (branch === undefined) return store(expr.otherwise)
    const test = condition(e, branch.when)
    const yes = e.inBlock(() => store(branch.then))
    const no = e.inBlock(() => choose(index + 1))
    e.line(js`if (${bare(test)}) {
      ${yes}
    } else {
      ${no}
    }`)
  }
  choose(0)
  return { ...target.operand, type: expr.type, valid: validName }
}

/** What is computed may be NULL even where the type says otherwise: a DECIMAL that does not fit. */
const mayBeNull = (expr: Expr): boolean => expr.type.nullable || (expr.kind !== 'literal' && expr.kind !== 'input')

interface Target {
  readonly operand: Operand
  assign(value: Operand): void
}

/** Where the branches leave their result, in the form that all of them can give. */
function caseTarget(e: Emitter, expr: ExprOf<'case'>): Target {
  const { type } = expr
  switch (storageOf(type)) {
    case 'i128': {
      const slot = e.slot('chosen', 2)
      return {
        operand: { form: 'lanes', type, valid: undefined, low: js`${slot}[0]`, high: js`${slot}[1]` },
        assign(value) {
          const { low, high } = lanesOf(e, value)
          e.line(js`${slot}[0] = ${low}`)
          e.line(js`${slot}[1] = ${high}`)
        },
      }
    }
    case 'ts': {
      const slot = e.slot('chosen')
      const nanos = e.names.fresh('chosen_nanos')
      e.line(js`let ${nanos} = 0`)
      return {
        operand: { form: 'ts', type, valid: undefined, millis: js`${slot}[0]`, nanos },
        assign(value) {
          const pieces = tsOf(e, value)
          e.line(js`${slot}[0] = ${pieces.millis}`)
          e.line(js`${nanos} = ${pieces.nanos}`)
        },
      }
    }
    case 'bytes':
      return [...expr.branches.map(branch => branch.then), expr.otherwise].every(isView)
        ? viewTarget(e, expr)
        : valueTarget(e, expr)
    default:
      return valueTarget(e, expr)
  }
}

function valueTarget(e: Emitter, { type }: ExprOf<'case'>): Target {
  const result = variable(e, type, 'chosen')
  return {
    operand: plain(type, result.read, undefined),
    assign: value => e.line(result.assign(value.form === 'plain' ? value.value : e.value(value))),
  }
}

function viewTarget(e: Emitter, { type }: ExprOf<'case'>): Target {
  const name = (suffix: string, blank: Js): Js => {
    const fresh = e.names.fresh(`chosen_${suffix}`)
    e.line(js`let ${fresh} = ${blank}`)
    return fresh
  }
  const [bytes, start, end] = [name('bytes', e.helper('NO_BYTES', NO_BYTES)), name('start', js`0`), name('end', js`0`)]
  return {
    operand: { form: 'view', type, valid: undefined, bytes, start, end },
    assign(value) {
      const view = value as Operand & { form: 'view' }
      e.line(js`${bytes} = ${view.bytes}`)
      e.line(js`${start} = ${view.start}`)
      e.line(js`${end} = ${view.end}`)
    },
  }
}
const NO_BYTES = new Uint8Array(0)

/** True for expressions that the emitter leaves as views into somebody's bytes. */
export function isView(expr: Expr): boolean {
  if (storageOf(expr.type) !== 'bytes') return false
  if (expr.kind === 'input' || expr.kind === 'literal') return true
  if (expr.kind === 'case') return [...expr.branches.map(branch => branch.then), expr.otherwise].every(isView)
  return expr.kind === 'cast' && keepsView(expr) && isView(expr.input)
}

/** A cast of text or binary that changes no byte: to a length at least as long, with no blanks to add. */
export function keepsView({ input, type }: ExprOf<'cast'>): boolean {
  const from = input.type
  if (type.kind === 'VARCHAR') return (from.kind === 'CHAR' || from.kind === 'VARCHAR') && from.length <= type.length
  if (type.kind === 'VARBINARY') return (from.kind === 'BINARY' || from.kind === 'VARBINARY') && from.length <= type.length
  return (type.kind === 'CHAR' || type.kind === 'BINARY') && from.kind === type.kind && from.length === type.length
}
