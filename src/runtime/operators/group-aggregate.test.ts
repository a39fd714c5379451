import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSchema } from '../../data/notation.ts'
import type { EmitMode } from '../../planner/physical/plan.ts'
import { aggregateCall, aggregateSchema } from '../../testing/aggregate-calls.ts'
import { type Stage, Run, drive, tableOf, testContext } from '../../testing/drive.ts'
import { feedings, histories, standing } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { GroupAggregate } from './group-aggregate.ts'

const ORDERS = 'user STRING, amount BIGINT'

interface Changes {
  readonly input?: string
  readonly groupBy?: readonly number[]
  readonly emit?: EmitMode
  readonly retracting?: boolean
  readonly updateBefore?: boolean
  readonly ttlMs?: number
  /** What the clock shows. */
  readonly clock?: { nowMs: number }
}

/** `SELECT user, <calls> FROM orders GROUP BY user`, over changes. */
function groups(calls: readonly string[], changes: Changes = {}): Stage {
  const { input = ORDERS, groupBy = [0], emit = 'per-row', retracting = true, updateBefore = true, ttlMs = 0, clock } = changes
  const schema = parseSchema(input)
  const bound = calls.map(text => aggregateCall(schema, text, groupBy.length > 0))
  const output = aggregateSchema(schema, groupBy, bound)
  const node = planNode('GroupAggregate', [schema], output, { groupBy, calls: bound, emit, retracting, ttlMs })
  const traits = { ...node.traits, changes: { updateBefore, updateAfter: true, delete: retracting } }
  return {
    inputs: [schema],
    output,
    build: context =>
      new GroupAggregate(
        { ...node, traits },
        clock === undefined ? context : { ...context, clock: { nowMs: () => clock.nowMs, elapsedMs: () => 0 } },
      ),
    changes: updateBefore ? {} : { key: groupBy.map((_, i) => i) },
  }
}

test('a group is inserted, updated and deleted with its rows', () => {
  expect(
    drive(
      groups(['COUNT(*)', 'SUM(amount)']),
      `
      +I ann 5
      +I ann 2
      -D ann 5
      -D ann 2
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 1 5
    -U ann 1 5
    +U ann 2 7
    -U ann 2 7
    +U ann 1 2
    -D ann 1 2"
  `)
})

test('per chunk, only the net change of a group is told', () => {
  expect(
    drive(
      groups(['SUM(amount)'], { emit: 'per-chunk' }),
      `
      +I ann 5
      +I ann 2
      +I bob 1
      -D bob 1
      --
      -U ann 2
      +U ann 3
      +I eve 1
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 7
    --
    -U ann 7
    +U ann 8
    +I eve 1"
  `)
})

test('an equal row is not told again, and without -U the last row of a key stands', () => {
  expect(
    drive(
      groups(['MAX(amount)'], { updateBefore: false }),
      `
      +I ann 5
      +I ann 2
      +I ann 7
      -D ann 7
      -D ann 2
      -D ann 5
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 5
    +U ann 7
    +U ann 5
    -D ann 5"
  `)
})

test('a TTL tells equal rows again, and a group that expired begins anew', () => {
  const clock = { nowMs: 0 }
  const run = new Run(groups(['SUM(amount)'], { ttlMs: 100, clock }))
  run.script('+I ann 5\n--\n+I ann 0')
  clock.nowMs = 99
  run.script('+I ann 1')
  clock.nowMs = 199
  run.script('-D ann 1\n+I ann 3')
  expect(run.text()).toMatchInlineSnapshot(`
    "+I ann 5
    --
    -U ann 5
    +U ann 5
    -U ann 5
    +U ann 6
    +I ann 3"
  `)
})

test('a retraction of a group that is not there is dropped', () => {
  expect(drive(groups(['SUM(amount)']), '-D ann 5\n-U bob 1')).toBe('')
  expect(drive(groups(['SUM(amount)'], { emit: 'per-chunk' }), '-D ann 5')).toBe('')
})

test('a global aggregate over nothing is a row in batch and none in a stream', () => {
  const calls = ['COUNT(*)', 'SUM(amount)', 'MIN(amount)', 'COUNT(DISTINCT user)', 'AVG(amount)', 'LISTAGG(user)']
  expect(drive(groups(calls, { groupBy: [], emit: 'at-end', retracting: false }), 'end')).toMatchInlineSnapshot(`
    "end
    +I 0 NULL NULL 0 NULL NULL"
  `)
  expect(drive(groups(calls, { groupBy: [] }), 'end')).toBe('')
  expect(drive(groups(calls, { groupBy: [] }), '+I ann 5\n-D ann 5\n+I bob NULL')).toMatchInlineSnapshot(`
    "+I 1 5 5 1 5 ann
    -D 1 5 5 1 5 ann
    +I 1 NULL NULL 1 NULL bob"
  `)
})

test('while the sources work off history nothing is told; what was told before is not forgotten', () => {
  const script = `
    +I ann 5
    +I bob 1
    backlog
    +I ann 2
    -D bob 1
    +I eve 1
    -D eve 1
    snapshot
    +I dan 4
    live
    +I ann 1
  `
  const told = ['+I ann 5', '+I bob 1', 'live', '-U ann 5', '+U ann 7', '-D bob 1', '+I dan 4', '-U ann 7', '+U ann 8'].join('\n')
  expect(drive(groups(['SUM(amount)']), script)).toBe(told)
  expect(drive(groups(['SUM(amount)'], { emit: 'per-chunk' }), script)).toBe(told)
})

test('sums wrap as their type does, and averages are cut towards zero', () => {
  const input = 'k INT, t TINYINT, i INT, l BIGINT'
  const script = `
    +I 1 127 2147483647 9223372036854775807
    +I 1 100 2147483647 9223372036854775807
    +I 2 -1 -1 -1
    +I 2 -2 -2 -2
  `
  const calls = ['SUM(t)', 'SUM(i)', 'SUM(l)', 'AVG(t)', 'AVG(i)', 'AVG(l)']
  expect(tableOf(groups(calls, { input }), script)).toMatchInlineSnapshot(`
    "1 -29 -2 -2 113 2147483647 -1
    2 -3 -3 -3 -1 -1 -1"
  `)
})

test('decimal sums are exact, and NULL beyond 38 digits', () => {
  const input = 'd DECIMAL(38, 2), e DECIMAL(10, 2)'
  const most = '999999999999999999999999999999999999.99'
  const stage = groups(['SUM(d)', 'SUM(e)', 'AVG(e)'], { input, groupBy: [] })
  expect(drive(stage, `+I ${most} 0.01\n+I ${most} -0.04\n-D ${most} 0.01`)).toMatchInlineSnapshot(`
    "+I 999999999999999999999999999999999999.99 0.01 0.010000
    -U 999999999999999999999999999999999999.99 0.01 0.010000
    +U NULL -0.03 -0.015000
    -U NULL -0.03 -0.015000
    +U 999999999999999999999999999999999999.99 -0.04 -0.040000"
  `)
})

test('DISTINCT counts a value once, FILTER looks at its own rows', () => {
  const input = 'user STRING, amount INT, big BOOLEAN'
  const calls = ['COUNT(DISTINCT amount)', 'SUM(DISTINCT amount)', 'COUNT(*) FILTER big', 'SUM(DISTINCT amount) FILTER big']
  const script = `
    +I ann 5 TRUE
    +I ann 5 FALSE
    +I ann NULL TRUE
    +I ann 7 NULL
    -D ann 5 TRUE
    -D ann 5 FALSE
  `
  expect(drive(groups(calls, { input, updateBefore: false }), script)).toMatchInlineSnapshot(`
    "+I ann 1 5 1 5
    +U ann 1 5 2 5
    +U ann 2 12 2 5
    +U ann 2 12 1 NULL
    +U ann 1 7 1 NULL"
  `)
})

test('spread is that of the rows left', () => {
  const calls = ['STDDEV_POP(amount)', 'VAR_SAMP(amount)', 'STDDEV_SAMP(amount)', 'VAR_POP(amount)']
  const script = '+I a 1\n+I a 20\n+I a 300\n-D a 300\n-D a 20'
  expect(drive(groups(calls, { input: 'user STRING, amount INT', updateBefore: false }), script)).toMatchInlineSnapshot(`
    "+I a 0 NULL NULL 0
    +U a 9 180 13 90
    +U a 136 28027 167 18684
    +U a 9 180 13 90
    +U a 0 NULL NULL 0"
  `)
  expect(tableOf(groups(calls, { input: 'user STRING, amount DOUBLE' }), '+I a 1\n+I a 20\n+I a 300')).toMatchInlineSnapshot(
    `"a 136.6918675952109 28027.0 167.4126637981727 18684.666666666668"`,
  )
})

test('values in the order they came, the first equal one taken away', () => {
  const calls = ['FIRST_VALUE(amount)', 'LAST_VALUE(amount)', 'LISTAGG(user)', 'ARRAY_AGG(amount)', 'COLLECT(amount)']
  const stage = groups(calls, { groupBy: [], updateBefore: false })
  expect(tableOf({ ...stage, changes: { key: [] } }, '+I a 1\n+I b NULL\n+I c 2\n+I d 1\n-D a 1')).toMatchInlineSnapshot(
    `"2 1 'b,c,d' [NULL, 2, 1] {1=1, 2=1}"`,
  )
})

/** Two members, one of them NULL, and one that comes and goes. */
const members = (onNull: string) => `+I b 1.50 '${onNull}'\n+I a NULL '${onNull}'\n+I c 2.00 '${onNull}'\n-D c 2.00 '${onNull}'`

test('JSON of a group: members in the order of their names, NULLs as ON NULL says', () => {
  const input = 'name STRING, n DECIMAL(4, 2), onNull STRING'
  const stage = (call: string) => groups([call], { input, groupBy: [] })
  const result = (call: string, onNull: string) => tableOf(stage(call), members(onNull))
  expect(result('JSON_OBJECTAGG(name, n, onNull)', 'NULL ON NULL')).toBe(`'{"a":null,"b":1.50}'`)
  expect(result('JSON_OBJECTAGG(name, n, onNull)', 'ABSENT ON NULL')).toBe(`'{"b":1.50}'`)
  expect(result('JSON_ARRAYAGG(n, onNull)', 'NULL ON NULL')).toBe(`'[1.50,null]'`)
  expect(result('JSON_ARRAYAGG(n, onNull)', 'ABSENT ON NULL')).toBe(`'[1.50]'`)
  const twice = "+I a 1.00 'NULL ON NULL'\n+I a 2.00 'NULL ON NULL'"
  expect(() => drive(stage('JSON_OBJECTAGG(name, n, onNull)'), twice)).toThrow(expect.objectContaining({ code: 'DUPLICATE_KEY' }))
})

test('percentiles lie between the values around their rank', () => {
  const input = 'n DOUBLE, fraction DOUBLE, times BIGINT'
  const script = '+I 4.0 0.3 1\n+I 6.0 0.3 2\n+I 9.0 0.3 1\n-D 9.0 0.3 1'
  expect(tableOf(groups(['PERCENTILE(n, fraction, times)', 'PERCENTILE(n, fraction)'], { input, groupBy: [] }), script)).toBe(
    '5.2 4.6',
  )
  expect(() => drive(groups(['PERCENTILE(n, fraction)'], { input, groupBy: [] }), '+I 1.0 1.5 1')).toThrow('between [0.0, 1.0]')
})

const kinds =
  'k STRING, flag BOOLEAN, tiny TINYINT, whole INT, long BIGINT, real DOUBLE, single FLOAT, dec DECIMAL(10, 2), wide DECIMAL(30, 5), day DATE, at TIMESTAMP(3), fine TIMESTAMP(6), name STRING'
const cell = (...values: string[]) => fc.constantFrom('NULL', ...values)
const row = fc
  .tuple(
    cell('a', 'b', "''"),
    cell('TRUE', 'FALSE'),
    cell('1', '-128', '127'),
    cell('1', '-5', '2147483647'),
    cell('1', '-7', '9223372036854775807'),
    cell('0.5', '-2.0', '8.0'),
    cell('0.5', '-2.0', '8.0'),
    cell('1.10', '-99999999.99', '0.01'),
    cell('1.10000', '-9999999999999999999999999.99999', '0.00001'),
    cell('2020-01-01', '1969-12-31'),
    cell("'2020-01-01 00:00:00.001'", "'1969-12-31 23:59:59.999'"),
    cell("'2020-01-01 00:00:00.000001'", "'1969-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.999998'"),
    cell('ann', 'anna', 'é', "''", "'a text that is longer than most of the others'"),
  )
  .map(cells => cells.join(' '))

const columns = parseSchema(kinds)
  .map(f => f.name)
  .slice(1)
const numbers = ['tiny', 'whole', 'long', 'real', 'single', 'dec', 'wide']
const anyCall = fc.oneof(
  fc.constantFrom('COUNT(*)', 'COUNT(*) FILTER flag', 'COUNT(DISTINCT whole, name)'),
  fc
    .tuple(
      fc.constantFrom('COUNT', 'MIN', 'MAX'),
      fc.constantFrom('', 'DISTINCT '),
      fc.constantFrom(...columns),
      fc.constantFrom('', ' FILTER flag'),
    )
    .map(([f, d, c, w]) => `${f}(${d}${c})${w}`),
  fc
    .tuple(
      fc.constantFrom('SUM', 'AVG', '$SUM0'),
      fc.constantFrom('', 'DISTINCT '),
      fc.constantFrom(...numbers),
      fc.constantFrom('', ' FILTER flag'),
    )
    .map(([f, d, c, w]) => `${f}(${d}${c})${w}`),
)

describe('streaming equals batch', () => {
  test.each<EmitMode>(['per-row', 'per-chunk', 'at-end'])('%s describes the table that the rows left give', emit => {
    fc.assert(
      fc.property(
        histories({ row }),
        fc.uniqueArray(anyCall, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...feedings),
        fc.constantFrom([0], [], [0, 1]),
        fc.boolean(),
        (history, calls, feeding, groupBy, updateBefore) => {
          const batch = groups(calls, { input: kinds, groupBy, emit: 'at-end', retracting: false })
          const rows = standing(history)
          const expected = rows.length === 0 ? '' : tableOf(batch, rows.map(r => `+I ${r}`).join('\n'))
          const stream = groups(calls, { input: kinds, groupBy, emit, updateBefore: updateBefore || emit === 'at-end' })
          if (emit === 'at-end' && rows.length === 0) return
          expect(tableOf(stream, history.join('\n'), feeding)).toBe(expected)
        },
      ),
      { numRuns: 150 },
    )
  })
})

test('over rows that only come, code that expects no retractions describes the same table', () => {
  const someCalls = fc.uniqueArray(anyCall, { maxLength: 4 })
  const emits = fc.constantFrom<EmitMode>('per-row', 'per-chunk')
  fc.assert(
    fc.property(
      histories({ row, inserts: true }),
      someCalls,
      fc.constantFrom(...feedings),
      emits,
      fc.boolean(),
      (history, calls, feeding, emit, updateBefore) => {
        const stream = groups(calls, { input: kinds, emit, retracting: false, updateBefore })
        const batch = groups(calls, { input: kinds, emit: 'at-end', retracting: false })
        expect(tableOf(stream, history.join('\n'), feeding)).toBe(tableOf(batch, history.join('\n')))
      },
    ),
  )
})

test('results are those of plain arithmetic', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })))),
      rows => {
        const script = rows.map(([user, amount]) => `+I ${user} ${amount ?? 'NULL'}`).join('\n')
        const expected = ['a', 'b'].flatMap(user => {
          const mine = rows.filter(r => r[0] === user)
          const values = mine.flatMap(r => (r[1] === null ? [] : [r[1]]))
          if (mine.length === 0) return []
          const sum = BigInt.asIntN(
            64,
            values.reduce((a, b) => a + b, 0n),
          )
          const sorted = values.toSorted((a, b) => (a < b ? -1 : 1))
          const [least, most] = [sorted[0] ?? 'NULL', sorted.at(-1) ?? 'NULL']
          const distinct = new Set(values).size
          const empty = values.length === 0
          return [
            `${user} ${mine.length} ${values.length} ${empty ? 'NULL' : sum} ${empty ? 'NULL' : sum / BigInt(values.length)} ${least} ${most} ${distinct}`,
          ]
        })
        const calls = [
          'COUNT(*)',
          'COUNT(amount)',
          'SUM(amount)',
          'AVG(amount)',
          'MIN(amount)',
          'MAX(amount)',
          'COUNT(DISTINCT amount)',
        ]
        expect(tableOf(groups(calls), script)).toBe(expected.join('\n'))
      },
    ),
  )
})

test('the generated code reads as if written by hand', () => {
  const sources: string[] = []
  const stage = groups(['COUNT(*)', 'SUM(amount)'], { emit: 'per-chunk', retracting: false })
  stage.build(testContext(undefined, { onCompiled: c => sources.push(`// ${c.name}\n${c.source}`) }))
  expect(sources.find(s => s.includes('/fold-net.js'))).toMatchInlineSnapshot(`
    "// test/operator/fold-net.js
    function foldNet(table, sets, columns, kinds, slots, length, touched, stamps, stamp, was) {
      const rows = table.values[0].doubles
      const sum_amount = table.values[1].words
      const count_amount = table.values[2].doubles
      const amount = wordsOf(columns[1].values), amount_valid = columns[1].valid ?? ALL_VALID
      const was_count_ = wordsOf(was.columns[0].values)
      const was_sum_amount_ = wordsOf(was.columns[1].values), was_sum_amount__valid = was.columns[1].valid ?? ALL_VALID
      let count = 0
      for (let row = 0; row < length; row++) {
        const slot = slots[row]
        if (stamps[slot] !== stamp) {
          stamps[slot] = stamp
          if (rows[slot] > 0) {
            touched[count] = slot
            was_count_[2 * count] = rows[slot]
            was_count_[2 * count + 1] = rows[slot] < 4294967296 ? 0 : rows[slot] / 4294967296
            if (count_amount[slot] > 0) {
              was_sum_amount__valid[count] = 1
              was_sum_amount_[2 * count] = sum_amount[2 * slot]
              was_sum_amount_[2 * count + 1] = sum_amount[2 * slot + 1]
            } else {
              was_sum_amount__valid[count] = 0
            }
          } else touched[count] = ~slot
          count += 1
        }
        rows[slot] += 1
        if (amount_valid[row] === 1) {
          const low = (sum_amount[2 * slot] + amount[2 * row]) | 0
          sum_amount[2 * slot] = low
          sum_amount[2 * slot + 1] += amount[2 * row + 1] + (low >>> 0 < amount[2 * row] >>> 0 ? 1 : 0)
          count_amount[slot] += 1
        }
      }
      return count
    }"
  `)
})
