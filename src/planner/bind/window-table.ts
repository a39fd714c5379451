/**
 * TUMBLE, HOP and CUMULATE: which windows each row is in.
 *
 *     TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE)
 *     HOP(DATA => TABLE orders, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '5' MINUTE, SIZE => INTERVAL '10' MINUTE)
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import { isTimestamp, printType, types, withNullable } from '../../data/type.ts'
import type * as ast from '../../sql/ast.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { WindowSpec } from '../physical/plan.ts'
import { constantValue } from './constant.ts'
import type { Environment } from './environment.ts'
import { bindExpression } from './expression.ts'
import { Scope } from './scope.ts'

/** Parameters in the order they are given without names; the last one may be left out. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['DATA', 'TIMECOL', 'SIZE', 'OFFSET'],
  HOP: ['DATA', 'TIMECOL', 'SLIDE', 'SIZE', 'OFFSET'],
  CUMULATE: ['DATA', 'TIMECOL', 'STEP', 'SIZE', 'OFFSET'],
}

type Value = Exclude<ast.Argument, ast.NamedArgument>

export function bindWindowTable(
  call: ast.Call,
  env: Environment,
  bindData: (data: ast.Name | ast.Query | ast.Call) => LogicalPlan,
): LogicalPlan {
  const name = call.name.parts
    .map(p => p.name)
    .join('.')
    .toUpperCase()
  if (name === 'SESSION') throw new UnsupportedError('the window function SESSION', call.span)
  const names = parameters[name]
  if (names === undefined) {
    const hint = didYouMean(name, Object.keys(parameters))
    if (hint !== undefined)
      throw new SqlError('FUNCTION_UNKNOWN', `there is no table function '${name}'`, call.name.span, { hint })
    throw new UnsupportedError(`the table function ${name}`, call.span)
  }
  const args = argumentsByName(name, names, call)
  const data = args.get('DATA')!
  if (data.kind !== 'table-argument') {
    throw new SqlError('WINDOW_INVALID', `${name} reads a table`, data.span, { hint: 'write TABLE and its name' })
  }
  const input = bindData(data.table)
  const time = timeColumn(name, args.get('TIMECOL')!, input)
  const window = windowSpec(name, call, argument => intervalMs(args.get(argument), argument, name, env))
  return windowTable(input, window, time, env.session.zone)
}

/** Behind the input's columns come window_start, window_end and the new time attribute window_time. */
export function windowTable(input: LogicalPlan, window: WindowSpec, time: number, sessionZone: string): LogicalPlan {
  const column = input.schema[time]!
  const isLocal = column.type.kind === 'TIMESTAMP_LTZ'
  const bound = types.timestamp(3, false)
  const schema = [
    ...input.schema.map(({ name, type }) => ({ name, type })),
    { name: 'window_start', type: bound },
    { name: 'window_end', type: bound },
    { name: 'window_time', type: isLocal ? types.timestampLtz(3, false) : bound, time: column.time },
  ]
  return { kind: 'WindowTable', input, window, time, zone: isLocal ? sessionZone : undefined, schema }
}

function argumentsByName(name: string, names: readonly string[], call: ast.Call): ReadonlyMap<string, Value> {
  const args = new Map<string, Value>()
  for (const [i, arg] of call.args.entries()) {
    const key = arg.kind === 'named-argument' ? arg.name.name.toUpperCase() : names[i]
    if (key === undefined || !names.includes(key)) {
      const hint = key === undefined ? `it takes ${names.join(', ')}` : (didYouMean(key, names) ?? `it takes ${names.join(', ')}`)
      throw new SqlError('WINDOW_INVALID', `${name} has no such parameter`, arg.span, { hint })
    }
    args.set(key, arg.kind === 'named-argument' ? arg.value : arg)
  }
  const missing = names.slice(0, -1).find(n => !args.has(n))
  if (missing !== undefined) {
    throw new SqlError('WINDOW_INVALID', `${name} needs ${missing}`, call.span, { hint: `it takes ${names.join(', ')}` })
  }
  return args
}

function timeColumn(name: string, arg: Value, input: LogicalPlan): number {
  if (arg.kind !== 'descriptor' || arg.columns.length !== 1) {
    throw new SqlError('WINDOW_INVALID', `${name} needs one time column`, arg.span, { hint: 'write DESCRIPTOR(column)' })
  }
  const column = arg.columns[0]!.name
  const index = input.schema.findIndex(c => c.name === column.name)
  if (index < 0) throw Scope.of(input.schema).unknown(column)
  const { type } = input.schema[index]!
  if (!isTimestamp(type)) {
    const message = `The window function ${name} requires the timecol is a time attribute type, but is ${printType(withNullable(type, true))}`
    throw new SqlError('WINDOW_TIME', message, column.span)
  }
  return index
}

function intervalMs(arg: Value | undefined, parameter: string, name: string, env: Environment): number | undefined {
  if (arg === undefined || arg.kind === 'default') return undefined
  const wrong = (): SqlError =>
    new SqlError('WINDOW_INVALID', `${parameter} of ${name} is an interval of days to seconds`, arg.span, {
      hint: "such as INTERVAL '10' MINUTE",
    })
  if (arg.kind === 'descriptor' || arg.kind === 'table-argument' || arg.kind === 'model-argument') throw wrong()
  const scope = new Scope([])
  const expr = bindExpression(arg, { scope, session: env.session, parameters: env.parameters, place: `${name}` })
  const value = constantValue(expr, env.session)
  if (expr.type.kind !== 'INTERVAL_DAY_TIME' || typeof value !== 'bigint') throw wrong()
  return Number(value)
}

function windowSpec(name: string, call: ast.Call, ms: (argument: string) => number | undefined): WindowSpec {
  const size = positive('SIZE', ms('SIZE')!, call)
  const offsetMs = ms('OFFSET') ?? 0
  switch (name) {
    case 'TUMBLE':
      return { kind: 'tumble', sizeMs: size, offsetMs }
    case 'HOP':
      return { kind: 'hop', slideMs: positive('SLIDE', ms('SLIDE')!, call), sizeMs: size, offsetMs }
    default: {
      const stepMs = positive('STEP', ms('STEP')!, call)
      if (size % stepMs === 0) return { kind: 'cumulate', stepMs, maxSizeMs: size, offsetMs }
      const message = `CUMULATE table function based aggregate requires maxSize must be an integral multiple of step, but got maxSize ${size} ms and step ${stepMs} ms`
      throw new SqlError('WINDOW_INVALID', message, call.span)
    }
  }
}

function positive(parameter: string, ms: number, call: ast.Call): number {
  if (ms > 0) return ms
  throw new SqlError('WINDOW_INVALID', `${parameter} of a window is more than 0`, call.span)
}
