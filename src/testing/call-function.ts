/**
 * Calls a scalar function as a query would: overload, casts, then every way to compute it. They must agree: with literal
 * and with column arguments, `implement` and `inline`, text as strings and as views.
 *
 *     callFunction('UPPER', 'abc')              { value: 'ABC', type: 'CHAR(3) NOT NULL' }
 *     callFunction('UPPER', typed('STRING', null))
 */
import { isDeepStrictEqual } from 'node:util'
import { InvariantError } from '../base/errors.ts'
import { compile } from '../codegen/compile.ts'
import { type Js, js, raw } from '../codegen/js.ts'
import { textBytes } from '../data/text.ts'
import { parseType } from '../data/type-text.ts'
import { type DataType, isText, printType, sameType, types } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { implementCast } from '../expr/cast.ts'
import type { ArgShape, CallSite, ScalarFunction, SessionFacts } from '../expr/function.ts'
import { findFunction } from '../expr/functions/index.ts'

export interface TypedValue {
  readonly type: DataType
  readonly value: Value
  /** A word of the syntax: a literal wherever the function is called. */
  readonly isWord?: boolean
}
export type Argument = TypedValue | string | number | bigint | boolean | Uint8Array

export const typed = (type: string | DataType, value: Value): TypedValue => ({
  type: typeof type === 'string' ? parseType(type) : type,
  value,
})

export const word = (text: string): TypedValue => ({ ...typed(types.char(Math.max(text.length, 1), false), text), isWord: true })

export const session: SessionFacts = {
  zone: 'UTC',
  legacyCast: false,
  database: 'default',
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
}

/** As a literal in SQL: text is CHAR(n) NOT NULL, a number INT NOT NULL. */
function typedArgument(value: Argument): TypedValue {
  if (typeof value === 'string') return typed(types.char(Array.from(value).length, false), value)
  if (typeof value === 'number') return typed(types.int(false), value)
  if (typeof value === 'bigint') return typed(types.bigint(false), value)
  if (typeof value === 'boolean') return typed(types.boolean(false), value)
  return value instanceof Uint8Array ? typed(types.binary(value.length, false), value) : value
}

/** The result and its type. Throws what the function throws, and an `InvariantError` where two ways differ. */
export function callFunction(name: string, ...given: readonly Argument[]): { readonly value: Value; readonly type: string } {
  const fn = findFunction(name)
  if (fn === undefined) throw new InvariantError(`there is no function ${name}`)
  const args = given.map(typedArgument)
  const resolution = fn.resolve(
    args.map(({ type, value }) => ({ type, literal: value })),
    session,
  )
  if (resolution === undefined) throw new InvariantError(`${name} does not take (${args.map(a => printType(a.type)).join(', ')})`)
  const cast = args.map((a, i) => castTo(a, resolution.args[i]!))
  const site = (literal: boolean): CallSite => ({
    args: cast.map(({ type, value, isWord }): ArgShape => (literal || isWord ? { type, literal: value } : { type })),
    returns: resolution.returns,
    session,
  })
  const value = compute(fn, site(true), cast)
  for (const other of otherWays(fn, site(true), site(false), cast)) {
    if (isDeepStrictEqual(other, value)) continue
    throw new InvariantError(`${name} is ${String(value)} as a call with literals and ${String(other)} otherwise`)
  }
  if (value === null && !resolution.returns.nullable)
    throw new InvariantError(`${name} is NULL and ${printType(resolution.returns)}`)
  return { value, type: printType(resolution.returns) }
}

function castTo({ type, value, isWord = false }: TypedValue, target: DataType): TypedValue {
  if (sameType(type, target, { ignoreNullable: true }) || value === null) return { type: target, value, isWord }
  return { type: target, value: implementCast(type, target, { safe: false, session })(value), isWord }
}

function compute(fn: ScalarFunction, site: CallSite, args: readonly TypedValue[]): Value {
  const run = fn.implement(site)
  if (fn.nulls === 'propagate' && args.some(a => a.value === null)) return null
  return run(...args.map(a => a.value))
}

function otherWays(fn: ScalarFunction, literal: CallSite, columns: CallSite, args: readonly TypedValue[]): Value[] {
  if (args.some(a => a.value === null)) return [compute(fn, literal, args)]
  const inlined = [literal, columns].flatMap(site => [runInline(fn, site, args, true), runInline(fn, site, args, false)])
  return [compute(fn, columns, args), ...inlined.filter(result => result !== undefined).map(result => result.value)]
}

function runInline(
  fn: ScalarFunction,
  site: CallSite,
  args: readonly TypedValue[],
  views: boolean,
): { value: Value } | undefined {
  const scope: Record<string, unknown> = {}
  const put = (name: string, value: unknown): Js => {
    const unique = `${name}_${Object.keys(scope).length}`
    scope[unique] = value
    return raw(unique)
  }
  const code = fn.inline?.(
    site,
    args.map(({ type, value }, i) => {
      const bytes = typeof value === 'string' ? textBytes(`<${value}>`) : undefined
      const view =
        bytes === undefined || !views || !isText(type)
          ? undefined
          : { bytes: put('bytes', bytes), start: js`${1}`, end: js`${bytes.length - 1}` }
      return { type, value: put('value', value), view, literal: site.args[i]!.literal }
    }),
    put,
  )
  return code === undefined ? undefined : { value: compile<() => Value>('inline.js', js`() => ${code}`, scope).run() }
}
