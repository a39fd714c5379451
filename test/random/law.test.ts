/** A few random queries of the law with every test run; `npm run law` asks many. */
import { expect, test } from 'vitest'
import { checkLaw, minimized, randomRuns } from './check-law.ts'
import { Choice } from './choice.ts'
import { randomQuery } from './generate.ts'
import { type Query, renderQuery, smallerQuery } from './queries.ts'
import { parseScript, printScript } from './script.ts'
import { randomWorld } from './world.ts'

test.each([1, 2, 3])(
  'random queries leave one table, batch or stream, however cut and crashed: seed %i',
  async seed => {
    const counts = { held: 0, excused: 0, 'failed alike': 0, 'one mode only': 0, broken: 0 }
    for (let i = 0; i < 20; i++) {
      const tables = randomWorld(seed * 77 + (i >> 2), { retracts: true })
      const choice = new Choice(seed * 10_007 + i)
      const query = randomQuery(choice, { tables, values: true })
      const verdict = await checkLaw(tables, query, randomRuns(choice))
      counts[verdict.kind] += 1
      if (verdict.kind !== 'broken') continue
      const { tables: few, query: small, what } = await minimized(verdict.failure, 100)
      expect.fail(printScript(few, renderQuery(small), what))
    }
    expect(counts.held).toBeGreaterThan(10)
  },
  30_000,
)

test('a query is made smaller down to the part that matters', () => {
  const tables = randomWorld(5)
  let query = firstWith(tables)
  const before = renderQuery(query).length
  for (;;) {
    const smaller = [...smallerQuery(query)].find(wanted)
    if (smaller === undefined) break
    query = smaller
  }
  expect(renderQuery(query)).toMatch(/^SELECT (?:(?! AS o\d).)+ AS \w+ FROM \w+ AS \w+ GROUP BY \w+$/)
  expect(before).toBeGreaterThan(renderQuery(query).length)
})

test('a failure printed as a script is read back with the same rows', () => {
  const tables = randomWorld(6, { retracts: true, rows: 9 })
  const script = parseScript(printScript(tables, 'SELECT * FROM t0', 'why'))
  expect(script.query).toBe('SELECT * FROM t0')
  expect(script.tables.map(table => [table.name, table.rows('streaming').length])).toEqual(
    tables.map(table => [table.name, table.rows.length]),
  )
})

const wanted = (query: Query): boolean => renderQuery(query).includes('GROUP BY')

function firstWith(tables: ReturnType<typeof randomWorld>): Query {
  for (let seed = 0; ; seed++) {
    const query = randomQuery(new Choice(seed), { tables })
    if (wanted(query) && renderQuery(query).length > 600) return query
  }
}
