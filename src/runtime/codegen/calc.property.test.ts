/** The law of generated code: over any rows it computes what `evaluate` does, and throws where that throws. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MillraceError } from '../../base/errors.ts'
import { ChunkBuilder, rowAt } from '../../data/chunk.ts'
import { equalValues } from '../../data/compare.ts'
import { BufferPool } from '../../data/pool.ts'
import { type DataType, type Schema, isText, printType, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { castability } from '../../expr/cast.ts'
import { commonType } from '../../expr/coercion.ts'
import { castTo, desugarConditional } from '../../expr/desugar.ts'
import { evaluator } from '../../expr/evaluate.ts'
import { type Expr, NO_SPAN, conjuncts, input, literal } from '../../expr/expr.ts'
import type { ScalarFunction, SessionFacts } from '../../expr/function.ts'
import { arithmeticFunctions } from '../../expr/functions/arithmetic.ts'
import { comparisonFunctions } from '../../expr/functions/comparison.ts'
import { conditionalFunctions } from '../../expr/functions/conditional.ts'
import { logicalFunctions } from '../../expr/functions/logical.ts'
import { mathFunctions } from '../../expr/functions/math.ts'
import { arbitraryValue } from '../../testing/arbitrary.ts'
import { generateCalc } from './calc.ts'
import { describe } from './describe.ts'

const session: SessionFacts = {
  zone: 'Europe/Berlin',
  legacyCast: false,
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
  database: 'd',
}

const bare: DataType[] = [
  types.boolean(),
  types.tinyint(),
  types.smallint(),
  types.int(),
  types.bigint(),
  types.float(),
  types.double(),
  types.decimal(5, 2),
  types.decimal(15, 0),
  types.decimal(18, 6),
  types.decimal(25, 3),
  types.decimal(38, 10),
  types.char(3),
  types.varchar(6),
  types.string(),
  types.bytes(),
  types.date(),
  types.time(3),
  types.timestamp(3),
  types.timestamp(6),
  types.timestampLtz(3),
  types.timestampLtz(9),
  types.yearMonth('MONTH', 2),
  types.dayTime('SECOND', 2, 3),
  types.array(types.int()),
  types.row([
    { name: 'a', type: types.int() },
    { name: 'b', type: types.string() },
  ]),
]
const schema: Schema = bare.flatMap((type, i) => [
  { name: `c${i}`, type },
  { name: `n${i}`, type: withNullable(type, false) },
])
const functions: ScalarFunction[] = [
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...logicalFunctions,
  ...conditionalFunctions,
  ...mathFunctions,
  // TYPEOF does not compute its argument; `evaluate` does.
].filter(f => f.deterministic && f.name !== 'TYPEOF')

const shape = (expr: Expr) => (expr.kind === 'literal' ? { type: expr.type, literal: expr.value } : { type: expr.type })

/** A call as the binder makes it, or undefined where the types do not fit. */
function call(fn: ScalarFunction, args: readonly Expr[]): Expr | undefined {
  try {
    const resolution = fn.resolve(args.map(shape), session)
    if (resolution === undefined || resolution.args.length !== args.length) return undefined
    const cast = args.map((arg, i) => castTo(arg, resolution.args[i]!))
    if (cast.some((arg, i) => arg !== args[i] && castability(args[i]!.type, arg.type) === 'never')) return undefined
    return { kind: 'call', function: fn, args: cast, type: resolution.returns, span: NO_SPAN }
  } catch (cause) {
    if (cause instanceof MillraceError && cause.kind === 'user') return undefined
    throw cause
  }
}

const column = fc.integer({ min: 0, max: schema.length - 1 }).map((i): Expr => input(i, schema[i]!.type))
const constant = fc.constantFrom(...bare).chain(type =>
  arbitraryValue(type).map((value): Expr => {
    const exact =
      isText(type) && typeof value === 'string' ? types.char([...value].length, false) : withNullable(type, value === null)
    return literal(value, exact)
  }),
)
const leaf = fc.oneof({ weight: 4, arbitrary: column }, { weight: 1, arbitrary: constant })

const isTruth = (expr: Expr): boolean => expr.type.kind === 'BOOLEAN'

/** Any expression that binds. Where a choice does not fit its operands, the first of them stands alone. */
function expression(depth: number): fc.Arbitrary<Expr> {
  if (depth === 0) return leaf
  const inner = expression(depth - 1)
  const calls = fc.tuple(fc.constantFrom(...functions), fc.array(inner, { minLength: 1, maxLength: 3 })).map(([fn, args]) => {
    for (let n = args.length; n > 0; n--) {
      const bound = call(fn, args.slice(0, n))
      if (bound !== undefined) return bound
    }
    return args[0]!
  })
  const same = fc
    .tuple(fc.constantFrom(...functions), column, leaf)
    .map(([fn, a, b]) => call(fn, [a, { ...b, ...castTo(b, b.type) } as Expr]) ?? call(fn, [a, a]) ?? call(fn, [a]) ?? a)
  const logic = fc
    .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(truth(depth - 1), { minLength: 2, maxLength: 3 }))
    .map(([kind, args]): Expr => ({ kind, args, type: types.boolean(args.some(arg => arg.type.nullable)), span: NO_SPAN }))
  const choices = fc.tuple(truth(depth - 1), inner, inner).map(([when, yes, no]): Expr => {
    const type = commonType([yes.type, no.type]) ?? withNullable(yes.type, true)
    const other = commonType([yes.type, no.type]) === undefined ? literal(null, type) : castTo(no, type)
    return type.kind === 'NULL'
      ? when
      : { kind: 'case', branches: [{ when, then: castTo(yes, type) }], otherwise: other, type, span: NO_SPAN }
  })
  const conditionals = fc.tuple(fc.constantFrom('COALESCE', 'NULLIF', 'IFNULL'), inner, inner).map(([name, a, b]) => {
    try {
      return desugarConditional(name, [a, b]) ?? a
    } catch (cause) {
      if (cause instanceof MillraceError && cause.kind === 'user') return a
      throw cause
    }
  })
  const casts = fc
    .tuple(inner, fc.constantFrom(...bare))
    .map(([operand, type]): Expr =>
      castability(operand.type, type) === 'never' ? operand : { kind: 'cast', input: operand, safe: true, type, span: NO_SPAN },
    )
  return fc.oneof(
    { weight: 5, arbitrary: calls },
    { weight: 3, arbitrary: same },
    { weight: 2, arbitrary: logic },
    { weight: 2, arbitrary: choices },
    conditionals,
    casts,
    leaf,
  )
}
const truth = (depth: number): fc.Arbitrary<Expr> =>
  expression(depth).map(expr =>
    isTruth(expr)
      ? expr
      : (call(
          comparisonFunctions.find(f => f.name === 'IS NOT DISTINCT FROM')!,
          [expr, expr],
        ) ?? literal(true, types.boolean(false))),
  )

const rows = fc.array(fc.tuple(...schema.map(field => arbitraryValue(field.type))), {
  minLength: 1,
  maxLength: 9,
}) as fc.Arbitrary<Value[][]>

it('generated code computes what evaluate does', () => {
  const pool = new BufferPool({ poison: true })
  let throwing = 0
  fc.assert(
    fc.property(fc.array(expression(3), { minLength: 1, maxLength: 3 }), fc.option(truth(2)), rows, (exprs, condition, rows) => {
      const output = exprs.map((expr, i) => ({ name: `o${i}`, type: expr.type }))
      const text = () => exprs.map(expr => describe(expr, schema)).join(' | ')
      const calc = generateCalc(
        { name: 'property', input: schema, condition: condition ?? undefined, exprs, output, session },
        pool,
      )
      const builder = new ChunkBuilder(schema, pool, { kinds: false })
      for (const row of rows) builder.append(0, row)
      let expected: Value[][]
      try {
        const kept =
          condition === null
            ? rows
            : rows.filter(row => conjuncts(condition).every(part => evaluator(part, session)(row) === true))
        expected = kept.map(row => exprs.map(expr => evaluator(expr, session)(row)))
      } catch (cause) {
        if (!(cause instanceof MillraceError) || cause.kind !== 'user') throw cause
        throwing++
        expect(() => calc.run(builder.finish()), text()).toThrow(MillraceError)
        builder.discard()
        return
      }
      const chunk = calc.run(builder.finish())
      builder.discard()
      const actual = chunk === undefined ? [] : rows.slice(0, chunk.length).map((_, row) => rowAt(chunk, row))
      expect(actual.length).toBe(expected.length)
      for (const [r, row] of actual.entries()) {
        for (const [c, value] of row.entries()) {
          if (!equalValues(output[c]!.type)(value, expected[r]![c]!)) {
            expect.fail(
              `${text()}\n ${printType(output[c]!.type)}: ${String(value)} instead of ${String(expected[r]![c])}\n${calc.compiled.map(part => part.source).join('\n')}`,
            )
          }
        }
      }
      chunk?.release()
    }),
    { numRuns: 600 },
  )
  expect(throwing).toBeLessThan(300)
})
