/**
 * Rows per second of generated Calcs over chunks in memory, on one core: Nexmark's q0, q1 and q2, a filter on text, a
 * CASE. The second figure is what each row left on the heap: generated code should leave nothing.
 *
 *     npm run build && node --expose-gc --max-semi-space-size=64 build/bench/micro/calc.js
 */
import { CHUNK_ROWS, Chunk } from '#src/data/chunk.ts'
import { newColumn, setValue } from '#src/data/column.ts'
import { BufferPool } from '#src/data/pool.ts'
import { type DataType, types } from '#src/data/type.ts'
import { type Expr, NO_SPAN, input, literal } from '#src/expr/expr.ts'
import { findFunction } from '#src/expr/functions/index.ts'
import { generateCalc } from '#src/runtime/codegen/calc.ts'

const session = {
  zone: 'UTC',
  legacyCast: false,
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
  database: 'default_database',
}
const pool = new BufferPool()
const bid = [
  { name: 'auction', type: types.bigint() },
  { name: 'bidder', type: types.bigint() },
  { name: 'price', type: types.bigint() },
  { name: 'channel', type: types.string() },
  { name: 'dateTime', type: types.timestamp(3) },
]
const columns = bid.map(({ type }) => newColumn(type, CHUNK_ROWS, pool))
const channels = ['Google', 'Facebook', 'Baidu', 'Apple', 'channel-1234']
for (let row = 0; row < CHUNK_ROWS; row++) {
  const values = [
    1000 + ((row * 7919) % 5000),
    row,
    (row * 104729) % 100_000_000,
    channels[row % channels.length]!,
    1_700_000_000_000 + row,
  ]
  values.forEach((value, i) => setValue(columns[i]!, row, typeof value === 'number' ? BigInt(value) : value))
}
for (const column of columns) column.valid = undefined

const [auction, bidder, price, channel, dateTime] = bid.map(({ type }, i) => input(i, type)) as [Expr, Expr, Expr, Expr, Expr]
const call = (name: string, type: DataType, ...args: Expr[]): Expr => ({
  kind: 'call',
  function: findFunction(name)!,
  args,
  type,
  span: NO_SPAN,
})
const remainder = call('MOD', types.int(), auction, literal(123n, types.bigint(false)))
const product = call('*', types.decimal(24, 3), literal(908n, types.decimal(4, 3, false)), price)
const isApple = call('=', types.boolean(), channel, literal('Apple', types.char(5, false)))
const kind: Expr = {
  kind: 'case',
  branches: [
    {
      when: call('<', types.boolean(), price, literal(1_000_000n, types.bigint(false))),
      then: literal('low', types.string(false)),
    },
  ],
  otherwise: channel,
  type: types.string(),
  span: NO_SPAN,
}

const queries: Readonly<Record<string, { readonly condition?: Expr; readonly exprs: readonly Expr[] }>> = {
  'q0: five columns passed on': { exprs: [auction, bidder, price, channel, dateTime] },
  'q1: 0.908 * price': { exprs: [auction, bidder, product, dateTime] },
  'q2: MOD(auction, 123) = 0': {
    condition: call('=', types.boolean(), remainder, literal(0, types.int(false))),
    exprs: [auction, price],
  },
  "channel = 'Apple'": { condition: isApple, exprs: [auction, channel] },
  'price * 3 + auction': {
    exprs: [call('+', types.bigint(), call('*', types.bigint(), price, literal(3n, types.bigint(false))), auction)],
  },
  'CASE WHEN price < 1000000': { exprs: [kind] },
}

const CHUNKS = 400
for (const [name, { condition, exprs }] of Object.entries(queries)) {
  const output = exprs.map((expr, i) => ({ name: `c${i}`, type: expr.type }))
  const calc = generateCalc(
    { name: `bench/${name.replaceAll(/\W+/g, '-')}`, input: bid, condition, exprs, output, session },
    pool,
  )
  if (process.argv.includes('--code')) for (const { source } of calc.compiled) console.log(source)
  const pass = () => {
    for (let i = 0; i < CHUNKS; i++) calc.run(new Chunk({ schema: bid, length: CHUNK_ROWS, columns }))?.release()
  }
  for (let i = 0; i < 6; i++) pass()
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  const start = performance.now()
  pass()
  const ms = performance.now() - start
  const rows = CHUNKS * CHUNK_ROWS
  const left = (process.memoryUsage().heapUsed - heap) / rows
  console.log(`${name.padEnd(30)} ${(rows / ms / 1000).toFixed(0).padStart(6)} M rows/s ${left.toFixed(2).padStart(8)} B/row`)
}
