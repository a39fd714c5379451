/**
 * Function calls: what the emitter does itself (`special-calls.ts`, `wide.ts`), what the function inlines, and otherwise
 * a call of what it implements. NULLs are decided before the call: a `total` inline is computed over them all the same,
 * anything else only where all arguments are there.
 */
import { type Js, join, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { siteOf } from '../../expr/evaluate.ts'
import type { ExprOf } from '../../expr/expr.ts'
import type { CallSite, ScalarFunction } from '../../expr/function.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, bothValid, plain, resultName } from './operand.ts'
import { emitSpecialCall } from './special-calls.ts'
import { emitWideCall } from './wide.ts'

export function emitCall(e: Emitter, expr: ExprOf<'call'>): Operand {
  return { ...operandOf(e, expr), wish: resultName(expr.function.name) }
}

function operandOf(e: Emitter, expr: ExprOf<'call'>): Operand {
  const site = siteOf(expr, e.session)
  const special = emitSpecialCall(e, expr, site) ?? emitWideCall(e, expr)
  if (special !== undefined) return special
  const args = expr.args.map(arg => e.emit(arg))
  return expr.function.nulls === 'sees' ? callSeeing(e, expr, site, args) : callPropagating(e, expr, site, args)
}

/** The arguments as values or `null`. */
function callSeeing(e: Emitter, expr: ExprOf<'call'>, site: CallSite, args: readonly Operand[]): Operand {
  const wish = resultName(expr.function.name)
  const values = args.map((arg, i) => {
    if (arg.literal === null) return js`null`
    const value = e.value(arg, `${wish}_arg${i + 1}`)
    return arg.valid === undefined ? value : js`(${arg.valid} === 1 ? ${value} : null)`
  })
  const called = js`${e.helper(`${wish}_`, expr.function.implement(site))}(${join(values, ', ')})`
  if (!expr.type.nullable) return plain(expr.type, called, undefined)
  return e.orNull(e.named(called, wish), expr)
}

function callPropagating(e: Emitter, expr: ExprOf<'call'>, site: CallSite, args: readonly Operand[]): Operand {
  const { function: fn, type } = expr
  const wish = resultName(fn.name)
  const valid = bothValid(args.map(arg => arg.valid))
  if (isTotal(expr, site) || valid === undefined) {
    const inlined = inline(e, expr, site, args)
    const settled = valid && e.named(valid, `${wish}_valid`)
    if (inlined !== undefined && isTotal(expr, site)) return plain(type, inlined, settled)
    if (valid === undefined) {
      const value = inlined ?? callOf(e, expr, site, args)
      // Named, so that what may throw is computed even where nobody asks for the value.
      const named = e.named(value, wish)
      return isPartial(fn, site) ? e.orNull(named, expr) : plain(type, named, undefined)
    }
  }
  return computeIfValid(
    e,
    expr,
    valid!,
    wish,
    () => inline(e, expr, site, args) ?? callOf(e, expr, site, args),
    isPartial(fn, site),
  )
}

const isTotal = ({ function: { inline, total } }: ExprOf<'call'>, site: CallSite): boolean =>
  inline !== undefined && (typeof total === 'function' ? total(site) : total === true)

const isPartial = ({ partial }: ScalarFunction, site: CallSite): boolean =>
  typeof partial === 'function' ? partial(site) : partial === true

const inline = (e: Emitter, { function: fn }: ExprOf<'call'>, site: CallSite, args: readonly Operand[]): Js | undefined =>
  fn.inline?.(
    site,
    args.map((arg, i) => e.arg(arg, `${resultName(fn.name)}_arg${i + 1}`)),
    e.helper,
  )

function callOf(e: Emitter, { function: fn }: ExprOf<'call'>, site: CallSite, args: readonly Operand[]): Js {
  const wish = resultName(fn.name)
  const values = args.map((arg, i) => e.value(arg, `${wish}_arg${i + 1}`))
  return js`${e.helper(`${wish}_`, fn.implement(site))}(${join(values, ', ')})`
}

/** `value` is computed where `valid` is 1, and may turn out NULL itself if `partial`. */
export function computeIfValid(
  e: Emitter,
  expr: Pick<ExprOf<'call'>, 'type'>,
  valid: Js,
  wish: string,
  value: () => Js,
  partial: boolean,
): Operand {
  const result = variable(e, expr.type, wish)
  const resultValid = e.names.fresh(`${wish}_valid`)
  e.line(js`${partial ? LET : CONST} ${resultValid} = ${valid}`)
  const lines = e.inBlock(() => {
    const computed = value()
    if (!partial) return e.line(result.assign(computed))
    const maybe = e.names.fresh(`${wish}_or_null`)
    e.line(js`const ${maybe} = ${computed}`)
    e.line(js`if (${maybe} === null) ${resultValid} = 0
      else ${result.assign(maybe)}`)
  })
  e.line(js`if (${resultValid} === 1) {
    ${lines}
  }`)
  return plain(expr.type, result.read, resultValid)
}
const LET = raw('let')
const CONST = raw('const')

/** A variable that branches write: a slot for 64-bit integers, a `let` for all else. Blank until written, or left over from before. */
export function variable(e: Emitter, type: ExprOf<'call'>['type'], wish: string): { readonly read: Js; assign(value: Js): Js } {
  if (storageOf(type) === 'i64') {
    const slot = e.slot(wish)
    return { read: js`${slot}[0]`, assign: value => js`${slot}[0] = ${value}` }
  }
  const name = e.names.fresh(wish)
  e.line(js`let ${name} = ${e.blank(type)}`)
  return { read: name, assign: value => js`${name} = ${value}` }
}
