/** What generated code looks like, and what a Calc does with chunks. That it computes the right thing: `calc.property.test.ts`. */
import { describe, expect, it } from 'vitest'
import { Chunk, ChunkBuilder, rowAt } from '../../data/chunk.ts'
import { BufferPool } from '../../data/pool.ts'
import { RowKind } from '../../data/row-kind.ts'
import { type DataType, type Schema, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { castTo, desugarConditional } from '../../expr/desugar.ts'
import { type Expr, NO_SPAN, input, literal } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import { findFunction } from '../../expr/functions/index.ts'
import { generateCalc } from './calc.ts'
import { generateJoinCondition, generatePredicate } from './condition.ts'

const session: SessionFacts = {
  zone: 'UTC',
  legacyCast: false,
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
  database: 'd',
}
const bid: Schema = [
  { name: 'auction', type: types.bigint(false) },
  { name: 'price', type: types.bigint() },
  { name: 'channel', type: types.string() },
  { name: 'count', type: types.int(false) },
  { name: 'at', type: types.timestamp(6) },
]
const [auction, price, channel, count, at] = bid.map(({ type }, i) => input(i, type)) as [Expr, Expr, Expr, Expr, Expr]
const int = (n: number): Expr => literal(n, types.int(false))
const long = (n: bigint): Expr => literal(n, types.bigint(false))
const text = (s: string): Expr => literal(s, types.char(s.length, false))
const decimal = (unscaled: bigint, p: number, s: number): Expr => literal(unscaled, types.decimal(p, s, false))
const cast = (expr: Expr, type: DataType): Expr => castTo(expr, type)

/** A call as the binder makes it: arguments cast to what the function asks for. */
function call(name: string, ...args: Expr[]): Expr {
  const fn = findFunction(name)!
  const shapes = args.map(arg => (arg.kind === 'literal' ? { type: arg.type, literal: arg.value } : { type: arg.type }))
  const { args: types, returns } = fn.resolve(shapes, session)!
  return { kind: 'call', function: fn, args: args.map((arg, i) => cast(arg, types[i]!)), type: returns, span: NO_SPAN }
}

const calcOf = (exprs: readonly Expr[], condition?: Expr, pool = new BufferPool({ poison: true })) => {
  const output = exprs.map((expr, i) => ({ name: `c${i}`, type: expr.type }))
  return generateCalc({ name: 'test/calc', input: bid, condition, exprs, output, session }, pool)
}

/** The statements of one expression's loop. */
function loopOf(expr: Expr): string {
  const { source } = calcOf([expr]).compiled[0]!
  return source.split('row++) {\n')[1]!.split('\n  }\n  return')[0]!.replaceAll(/^ {4}/gm, '')
}

describe('generated code of', () => {
  it('64-bit arithmetic stays in one expression, whatever is NULL', () => {
    expect(loopOf(call('+', call('*', price, long(3n)), auction))).toMatchInlineSnapshot(`
      "// (price * 3) + auction AS c0
      const product = BigInt.asIntN(64, price[row] * 3n)
      out_c0_valid[row] = price_valid[row]
      out_c0[row] = BigInt.asIntN(64, product + auction[row])"
    `)
  })

  it('a decimal product writes two words, and looks at the operand before it trusts one', () => {
    expect(loopOf(call('*', decimal(908n, 4, 3), price))).toMatchInlineSnapshot(`
      "// 0.908 * price AS c0
      long[0] = price[row]
      if (words[1] >= (-2365070) && words[1] < 2365070) {
        product[0] = BigInt.asIntN(64, long[0] * 908n)
        product[1] = BigInt.asIntN(64, product[0] >> 63n)
      } else {
        multiplyWide(product, long[0], 908n)
      }
      out_c0_valid[row] = price_valid[row]
      out_c0_low[row] = product[0]
      out_c0_high[row] = product[1]"
    `)
  })

  it('a short decimal product needs no look', () => {
    expect(loopOf(call('*', decimal(15n, 2, 1), count))).toMatchInlineSnapshot(`
      "// 1.5 * count AS c0
      out_c0[row] = BigInt.asIntN(64, 15n * BigInt(count[row]))"
    `)
  })

  it('a remainder of BIGINT by INT is a number, without a bigint on the heap', () => {
    expect(loopOf(call('=', call('MOD', auction, long(123n)), long(0n)))).toMatchInlineSnapshot(`
      "// MOD(auction, 123) = 0 AS c0
      const remainder = BigInt.asIntN(64, auction[row] % 123n)
      out_c0[row] = remainder === 0n ? 1 : 0"
    `)
  })

  it('division by a column throws on zero, and is not tried on NULL', () => {
    expect(loopOf(call('/', price, auction))).toMatchInlineSnapshot(`
      "// price / auction AS c0
      const quotient_valid = price_valid[row]
      if (quotient_valid === 1) {
        quotient[0] = BigInt.asIntN(64, price[row] / auction[row])
      }
      out_c0_valid[row] = quotient_valid
      out_c0[row] = quotient[0]"
    `)
  })

  it('text against a literal compares bytes', () => {
    expect(loopOf(call('=', channel, text('apple')))).toMatchInlineSnapshot(`
      "// channel = 'apple' AS c0
      out_c0_valid[row] = channel_valid[row]
      out_c0[row] = sameBytes(channel_bytes, channel_starts[row], channel_ends[row], text_apple, 0, 5) ? 1 : 0"
    `)
  })

  it('IN over literals is a chain', () => {
    expect(loopOf(call('IN', count, int(1), int(2), int(3)))).toMatchInlineSnapshot(`
      "// count IN (1, 2, 3) AS c0
      out_c0[row] = (count[row] === 1) || (count[row] === 2) || (count[row] === 3) ? 1 : 0"
    `)
  })

  it('COALESCE passes views on', () => {
    expect(loopOf(desugarConditional('COALESCE', [channel, text('none')])!)).toMatchInlineSnapshot(`
      "// CASE WHEN channel IS NOT NULL THEN CAST(channel AS STRING) ELSE CAST('none' AS STRING) END AS c0
      let chosen_bytes = NO_BYTES
      let chosen_start = 0
      let chosen_end = 0
      let case_valid = 1
      if (channel_valid[row] === 1) {
        chosen_bytes = channel_bytes
        chosen_start = channel_starts[row]
        chosen_end = channel_ends[row]
        case_valid = channel_valid[row]
      } else {
        chosen_bytes = text_none
        chosen_start = 0
        chosen_end = 4
      }
      out_c0_valid[row] = case_valid
      if (case_valid === 1) {
        output[0].setBytes(row, chosen_bytes, chosen_start, chosen_end)
      } else {
        output[0].starts[row] = 0
        output[0].ends[row] = 0
      }"
    `)
  })

  it('three-valued AND', () => {
    const both: Expr = {
      kind: 'and',
      args: [call('>', price, long(5n)), call('=', channel, text('x'))],
      type: types.boolean(),
      span: NO_SPAN,
    }
    expect(loopOf(both)).toMatchInlineSnapshot(`
      "// (price > 5) AND (channel = 'x') AS c0
      const all = ((price_valid[row] === 0 || (price[row] > 5n)) && (channel_valid[row] === 0 || sameBytes(channel_bytes, channel_starts[row], channel_ends[row], text_x, 0, 1)))
      const all_valid = all ? (price_valid[row] & channel_valid[row]) : 1
      out_c0_valid[row] = all_valid
      out_c0[row] = all ? 1 : 0"
    `)
  })

  it('CASE computes the branch it takes', () => {
    const branch = { when: call('<', price, long(0n)), then: call('/', auction, price) }
    const expr: Expr = {
      kind: 'case',
      branches: [branch],
      otherwise: cast(auction, types.bigint()),
      type: types.bigint(),
      span: NO_SPAN,
    }
    expect(loopOf(expr)).toMatchInlineSnapshot(`
      "// CASE WHEN price < 0 THEN auction / price ELSE CAST(auction AS BIGINT) END AS c0
      let case_valid = 1
      if (price_valid[row] === 1 && (price[row] < 0n)) {
        const quotient_valid = price_valid[row]
        if (quotient_valid === 1) {
          quotient[0] = BigInt.asIntN(64, auction[row] / price[row])
        }
        chosen[0] = quotient[0]
        case_valid = quotient_valid
      } else {
        chosen[0] = auction[row]
      }
      out_c0_valid[row] = case_valid
      out_c0[row] = chosen[0]"
    `)
  })

  it('a fine timestamp moves by its milliseconds', () => {
    expect(loopOf(call('-', at, literal(3_600_000n, types.dayTime('SECOND', 2, 3, false))))).toMatchInlineSnapshot(`
      "// at - INTERVAL_DAY_TIME 3600000 AS c0
      const moved = BigInt.asIntN(64, at_millis[row] - 3600000n)
      out_c0_valid[row] = at_valid[row]
      out_c0_millis[row] = moved
      out_c0_nanos[row] = at_nanos[row]"
    `)
  })

  it('a common subexpression is computed once', () => {
    const product = call('*', price, auction)
    expect(
      calcOf([call('+', product, long(1n)), call('-', call('*', price, auction), long(1n))]).compiled[0]!.source.match(
        /price\[row\] \* auction/g,
      ),
    ).toHaveLength(1)
  })
})

const rows: readonly (readonly [RowKind, ...Value[]])[] = [
  [RowKind.Insert, 1n, 2n, 'x', 1, 1_000_001n],
  [RowKind.UpdateBefore, 2n, 100n, 'yy', 2, null],
  [RowKind.UpdateAfter, 4n, null, null, 3, -1n],
]
function chunkOf(pool: BufferPool, watermarks?: Float64Array): Chunk {
  const builder = new ChunkBuilder(bid, pool, { kinds: true })
  for (const [kind, ...row] of rows) builder.append(kind, row)
  const chunk = builder.finish()
  builder.discard()
  return watermarks === undefined ? chunk : new Chunk({ ...chunk, watermarks, parents: [chunk] })
}
const valuesOf = (chunk: Chunk | undefined): Value[][] =>
  chunk === undefined ? [] : Array.from({ length: chunk.length }, (_, row) => rowAt(chunk, row))

const productsOf = (a: bigint, p: bigint): Value[] => [p * 908n, -p, (a % 10n ** 17n) * (p % 10n ** 17n)]

it('products are exact on both sides of where they leave 64 bits', () => {
  const sizes = [0n, 1n, 2n ** 31n, 2365070n << 32n, (2n ** 63n - 1n) / 908n, 2n ** 62n, 2n ** 63n - 1n]
  const values = sizes.flatMap(n => [n - 1n, n, -n, -n - 1n])
  const pool = new BufferPool({ poison: true })
  const builder = new ChunkBuilder(bid, pool, { kinds: false })
  for (const value of values) builder.append(RowKind.Insert, [value, BigInt.asIntN(64, 3n - value), null, 0, null])
  const short = (expr: Expr) => cast(call('MOD', expr, long(10n ** 17n)), types.decimal(18, 0))
  const exprs = [
    call('*', price, decimal(908n, 4, 3)),
    call('*', decimal(-1n, 1, 1), price),
    call('*', short(auction), short(price)),
  ]
  expect(valuesOf(calcOf(exprs, undefined, pool).run(builder.finish()))).toEqual(
    values.map(n => productsOf(n, BigInt.asIntN(64, 3n - n))),
  )
})

describe('a Calc', () => {
  const even = call('=', call('MOD', auction, long(2n)), long(0n))

  it('drops rows; kinds and watermarks go along, and bytes stay where they are', () => {
    const pool = new BufferPool({ poison: true })
    const chunk = chunkOf(pool, Float64Array.of(10, 20, 30))
    const { bytes } = chunk.columns[2] as { bytes: Uint8Array }
    const result = calcOf([auction, channel, at, call('*', decimal(908n, 4, 3), price)], even, pool).run(chunk)!
    expect(valuesOf(result)).toEqual([
      [2n, 'yy', null, 90800n],
      [4n, null, -1n, null],
    ])
    expect([...result.kinds!.subarray(0, 2)]).toEqual([RowKind.UpdateBefore, RowKind.UpdateAfter])
    expect([...result.watermarks!.subarray(0, 2)]).toEqual([20, 30])
    expect((result.columns[1] as { bytes: Uint8Array }).bytes).toBe(bytes)
    result.release()
  })

  it('shares the columns it passes on, and keeps their chunk alive', () => {
    const pool = new BufferPool({ poison: true })
    const chunk = chunkOf(pool)
    const result = calcOf([channel, call('+', count, int(1))], undefined, pool).run(chunk)!
    expect(result.columns[0]).toBe(chunk.columns[2])
    expect(valuesOf(result)).toEqual([
      ['x', 2],
      ['yy', 3],
      [null, 4],
    ])
    expect(result.kinds).toBe(chunk.kinds)
    result.release()
    expect(() => chunk.release()).toThrow('released once')
  })

  it('lets the input go where nothing of it is left', () => {
    const pool = new BufferPool({ poison: true })
    const chunk = chunkOf(pool)
    expect(calcOf([auction], literal(false, types.boolean(false)), pool).run(chunk)).toBeUndefined()
    expect(() => chunk.release()).toThrow('released once')
  })

  it('says division by zero in our words, and gives everything back', () => {
    const pool = new BufferPool({ poison: true })
    const chunk = chunkOf(pool)
    const zero = call('-', auction, auction)
    expect(() => calcOf([call('/', auction, zero)], undefined, pool).run(chunk)).toThrow(
      expect.objectContaining({ code: 'DIVISION_BY_ZERO' }),
    )
    expect(() => chunk.release()).toThrow('released once')
  })

  it('is split where V8 would not optimise one function', () => {
    const many = Array.from({ length: 300 }, (_, i) => call('+', call('*', auction, long(BigInt(i))), price))
    const pool = new BufferPool({ poison: true })
    const calc = calcOf(many, even, pool)
    expect(calc.compiled.length).toBeGreaterThan(2)
    const result = calc.run(chunkOf(pool))!
    expect(rowAt(result, 0)).toEqual(many.map((_, i) => 2n * BigInt(i) + 100n))
    expect(rowAt(result, 1)).toEqual(many.map(() => null))
    expect([...result.kinds!.subarray(0, 2)]).toEqual([RowKind.UpdateBefore, RowKind.UpdateAfter])
  })

  it('is not fooled by names and texts that look like code', () => {
    const evil = 'x\u2028throw new Error("no")\u2029*/ \' ` ${1} \n throw 1 //'
    const schema: Schema = [{ name: evil, type: types.string(false) }]
    const pool = new BufferPool()
    const exprs = [call('=', input(0, types.string(false)), text(evil)), literal(evil, types.string(false))]
    const output = exprs.map((expr, i) => ({ name: `${evil}${i}`, type: expr.type }))
    const calc = generateCalc({ name: 'test/evil', input: schema, condition: undefined, exprs, output, session }, pool)
    const builder = new ChunkBuilder(schema, pool, { kinds: false })
    builder.append(RowKind.Insert, [evil])
    expect(valuesOf(calc.run(builder.finish()))).toEqual([[true, evil]])
  })
})

it('conditions over one row and over pairs of rows', () => {
  const pool = new BufferPool({ poison: true })
  const { columns } = chunkOf(pool)
  const positive = generatePredicate({ name: 'test/predicate', input: bid, condition: call('>', price, long(50n)), session })
  expect([0, 1, 2].map(row => positive.run(columns, row))).toEqual([false, true, false])
  const other = input(bid.length, auction.type)
  const dearer = generateJoinCondition({ name: 'test/join', left: bid, right: bid, condition: call('>', price, other), session })
  expect([0, 1, 2].map(row => dearer.run(columns, 0, columns, row))).toEqual([true, false, false])
})
