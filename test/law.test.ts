/**
 * The law: a query run as a batch, and streamed over the same rows with any chunking and any crashes, leaves the same
 * table. Random queries stand in `test/random`; here are the shapes, each with random rows.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Session } from '#src/engine/session.ts'
import { javaText } from '#src/data/java-text.ts'
import type { TableEntry } from '#src/catalog/table.ts'
import { runWithCrashes } from '#src/testing/crash.ts'
import { MemoryTables, type TestRow } from '#src/testing/memory-tables.ts'

const shapes: Readonly<Record<string, string>> = {
  'projection and filter': 'SELECT a, b + 1, UPPER(s) FROM l WHERE b > 2',
  'group by': 'SELECT a, COUNT(*), SUM(b), MIN(s), MAX(b), AVG(b) FROM l GROUP BY a',
  'group by text': 'SELECT s, COUNT(DISTINCT a), SUM(b) FILTER (WHERE a > 1) FROM l GROUP BY s',
  'aggregate over an aggregate': 'SELECT n, COUNT(*) FROM (SELECT a, COUNT(*) AS n FROM l GROUP BY a) GROUP BY n',
  'having': 'SELECT a, SUM(b) FROM l GROUP BY a HAVING COUNT(*) > 1',
  'distinct': 'SELECT DISTINCT a, s FROM l',
  'inner join': 'SELECT l.a, l.s, r.s FROM l JOIN r ON l.a = r.a',
  'inner join with a condition': 'SELECT l.a, l.b, r.b FROM l JOIN r ON l.a = r.a AND l.b < r.b',
  'left join': 'SELECT l.a, l.s, r.b FROM l LEFT JOIN r ON l.a = r.a AND r.b > 1',
  'left join of an aggregate': 'SELECT l.a, l.b, r.n FROM l LEFT JOIN (SELECT a, COUNT(*) AS n FROM r GROUP BY a) r ON l.a = r.a',
  'full join': 'SELECT l.a, l.b, r.b FROM l FULL JOIN r ON l.a = r.a',
  'union all': 'SELECT a, s FROM l UNION ALL SELECT a, s FROM r',
  'tumble': `SELECT window_start, a, COUNT(*), SUM(b) FROM TABLE(TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY window_start, window_end, a`,
  'hop': `SELECT window_start, window_end, a, COUNT(*), MAX(b) FROM TABLE(HOP(TABLE l, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND))
    GROUP BY window_start, window_end, a`,
  'cumulate': `SELECT window_start, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE l, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND))
    GROUP BY window_start, window_end`,
  'cascading windows': `WITH w AS (SELECT a, window_time, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '5' SECOND))
      GROUP BY a, window_start, window_end, window_time)
    SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(window_time), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`,
  'order by rowtime': 'SELECT a, b, ts FROM l ORDER BY ts',
  'top three': 'SELECT a, b, s FROM l ORDER BY b DESC, a, s LIMIT 3',
}

const text = fc.constantFrom('x', 'y', 'zoë', '', 'longer text than fits in a word')
/** Rows in rising event time, so that nothing is late whatever the chunking. */
const rows = fc
  .array(
    fc.tuple(
      fc.option(fc.integer({ min: 0, max: 3 })),
      fc.option(fc.bigInt({ min: 0n, max: 5n })),
      fc.option(text),
      fc.integer({ min: 1, max: 4000 }),
    ),
    { maxLength: 40 },
  )
  .map(list => {
    let ms = 1_600_000_000_000
    return list.map(([a, b, s, gap]): TestRow => ['+I', [a, b, s, BigInt((ms += gap))]])
  })

const setup = ['l', 'r']
  .map(
    name =>
      `CREATE TABLE ${name} (a INT, b BIGINT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'values', 'data-id' = '${name}')`,
  )
  .join(';\n')

describe.each(Object.entries(shapes))('%s', (_name, query) => {
  test('stream = batch, for any chunking and any crashes', async () => {
    const property = fc.asyncProperty(
      rows,
      rows,
      fc.constantFrom(1, 7, 1024),
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
      async (l, r, chunkRows, crashes) => {
        const expected = await table(query, l, r, 'batch')
        const tables = new MemoryTables({ chunkRows })
        tables.sources.set('l', l).set('r', r)
        const { sink, columns } = await sinkFor(query)
        await runWithCrashes({ setup: `${setup};\n${sink}`, insert: `INSERT INTO sink ${query}`, tables, crashes })
        expect(left(tables, columns)).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 15 })
  })
})

async function table(query: string, l: readonly TestRow[], r: readonly TestRow[], mode: string): Promise<string[]> {
  const tables = new MemoryTables()
  tables.sources.set('l', l).set('r', r)
  const session = new Session({
    connectors: [tables.connector],
    config: [
      ['execution.runtime-mode', mode],
      ['table.local-time-zone', 'UTC'],
    ],
  })
  const { sink, columns } = await sinkFor(query)
  for await (const outcome of session.execute(`${setup};\n${sink};\nINSERT INTO sink ${query}`))
    if (outcome.kind === 'insert') await outcome.job.done
  return left(tables, columns)
}

/** A table with the columns of the query, so that any changelog can be written to it. */
async function sinkFor(query: string): Promise<{ sink: string; columns: TableEntry['columns'] }> {
  const session = new Session({ connectors: [new MemoryTables().connector], config: [['table.local-time-zone', 'UTC']] })
  for await (const outcome of session.execute(`${setup};\nCREATE VIEW v AS ${query}`)) expect(outcome.kind).toBe('done')
  const view = session.catalogs.get(['v'])
  const columns = (view.kind === 'view' ? view.schema : []).map((field, i) => ({
    ...field,
    name: `c${i}`,
    kind: 'physical' as const,
  }))
  const { createTableText } = await import('#src/engine/show.ts')
  const entry: TableEntry = {
    kind: 'table',
    path: ['default_catalog', 'default_database', 'sink'],
    columns,
    primaryKey: [],
    watermark: undefined,
    partitionedBy: [],
    options: { connector: 'values' },
    comment: undefined,
    temporary: false,
  }
  return { sink: createTableText(entry), columns }
}

/** The bag of rows that the sink's changelog leaves. */
function left(tables: MemoryTables, columns: TableEntry['columns']): string[] {
  const bag: string[] = []
  for (const [op, row] of tables.sinks.get('sink') ?? []) {
    const shown = row.map((value, i) => javaText(columns[i]!.type, value)).join(', ')
    if (op === '+I' || op === '+U') bag.push(shown)
    else {
      expect(bag).toContain(shown)
      bag.splice(bag.indexOf(shown), 1)
    }
  }
  return bag.toSorted()
}
