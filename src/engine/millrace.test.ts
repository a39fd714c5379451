/** The library as a program uses it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Folder } from '../testing/script.ts'
import { Millrace, type ParameterValues } from './millrace.ts'

let db: Millrace
beforeEach(async () => {
  db = await Millrace.open({ config: { 'table.local-time-zone': 'UTC' } })
})
afterEach(() => db.close())

test('values of every type', async () => {
  const sql = `SELECT TRUE AS b, CAST(1 AS SMALLINT) AS i, CAST(9007199254740993 AS BIGINT) AS big, 1.5E0 AS d, CAST(12.5 AS DECIMAL(5, 2)) AS price,
    'é' AS s, x'0aff' AS payload, DATE '2024-01-31' AS today, TIME '10:11:12' AS t, TIMESTAMP '2024-01-31 10:11:12.123' AS ts,
    CAST(NULL AS INT) AS nothing, ARRAY[1, 2] AS a, MAP['k', 1] AS m, ROW(1, 'x') AS r`
  const [row] = await (await db.execute(sql)).toArray()
  expect(row).toMatchObject({
    b: true,
    i: 1,
    big: 9007199254740993n,
    d: 1.5,
    price: '12.50',
    s: 'é',
    today: '2024-01-31',
    t: expect.stringMatching(/^10:11:12/),
    ts: '2024-01-31 10:11:12.123',
    nothing: null,
    a: [1, 2],
    m: new Map([['k', 1]]),
  })
  expect(Buffer.from(row!['payload'] as Uint8Array).toString('hex')).toBe('0aff')
  expect(Object.values(row!['r'] as object)).toEqual([1, 'x'])
})

test('columns say their types', async () => {
  const result = await db.execute("SELECT 1 AS a, 'x' AS b")
  expect(result.columns).toEqual([
    { name: 'a', type: 'INT NOT NULL' },
    { name: 'b', type: 'CHAR(1) NOT NULL' },
  ])
  await result.cancel()
})

test('TIMESTAMP and TIMESTAMP_LTZ are equal in the type of the first, which matters where clocks go back', async () => {
  const there = await Millrace.open({ config: { 'table.local-time-zone': 'America/New_York' } })
  const sql = `SELECT ts = lz AS a, lz = ts AS b, ts IS DISTINCT FROM lz AS c FROM (VALUES
    (TIMESTAMP '2024-11-03 01:30:00', TO_TIMESTAMP_LTZ(1730611800, 0)), (TIMESTAMP '2024-11-03 01:30:00', TO_TIMESTAMP_LTZ(1730615400, 0))
  ) AS v (ts, lz)`
  expect(await (await there.execute(sql)).toArray()).toEqual([
    { a: true, b: true, c: false },
    { a: true, b: false, c: true },
  ])
  await there.close()
})

const rows = async (sql: string, values: ParameterValues) => (await db.execute(sql, values)).toArray()

describe('parameters', () => {
  test('by place and by name, each of its type', async () => {
    expect(await rows('SELECT ? + 1 AS a, ? AS b', [41, "it's"])).toEqual([{ a: 42, b: "it's" }])
    expect(await rows('SELECT :n AS n, :n + 1 AS m', { n: 9007199254740993n })).toEqual([
      { n: 9007199254740993n, m: 9007199254740994n },
    ])
    expect(await rows('SELECT ? AS d', [{ type: 'DECIMAL(5, 2)', value: '1.50' }])).toEqual([{ d: '1.50' }])
    expect(await rows('SELECT ? AS moment', [new Date(0)])).toEqual([{ moment: new Date(0) }])
  })

  test('one too few is an error', async () => {
    await expect(db.execute('SELECT ? + ?', [1])).rejects.toMatchObject({ kind: 'user' })
  })
})

describe('a changelog', () => {
  const sql = 'SELECT k, SUM(n) AS s FROM (VALUES (1, 10), (2, 20), (1, 5)) AS t(k, n) GROUP BY k'

  test('as changes, and as the rows that are left', async () => {
    await db.execute("SET 'execution.runtime-mode' = 'streaming'")
    const changes: string[] = []
    for await (const { op, row } of (await db.execute<{ k: number; s: number }>(sql)).changes())
      changes.push(`${op} ${row.k} ${row.s}`)
    expect(changes).toEqual(['+I 1 10', '+I 2 20', '-U 1 10', '+U 1 15'])
    expect(await (await db.execute(sql)).toArray()).toEqual([
      { k: 2, s: 20 },
      { k: 1, s: 15 },
    ])
  })
})

test('leaving the loop cancels the query', async () => {
  await db.execute("CREATE TABLE g (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000')")
  const result = await db.execute('SELECT x FROM g')
  for await (const row of result.rows()) {
    expect(row).toEqual({ x: expect.any(Number) })
    break
  }
  expect(await result.done).toBe('canceled')
})

test('a query that fails gives the rows before it, then the error', async () => {
  const result = await db.execute(
    'SELECT 10 / x AS q FROM (SELECT CHAR_LENGTH(s) AS x FROM (VALUES CAST(UUID() AS STRING)) AS t(s)) WHERE x / (x - 36) > 0',
  )
  await expect(result.toArray()).rejects.toMatchObject({ code: 'DIVISION_BY_ZERO' })
})

test('an INSERT is waited for; an error in the middle of a script leaves what came before', async () => {
  await using folder = await Folder.create()
  const copy = folder.table('copy', 'a INT', 'csv')
  const result = await db.execute(`${copy}; INSERT INTO copy VALUES (1), (2)`)
  expect(await result.done).toBe('finished')
  expect(await folder.lines('copy')).toEqual(['1', '2'])
  await expect(db.execute('CREATE VIEW v AS SELECT 1 AS a; SELECT b FROM v')).rejects.toMatchObject({ kind: 'user' })
  expect(await (await db.execute('SELECT a FROM v')).toArray()).toEqual([{ a: 1 }])
})

test('two queries run beside each other', async () => {
  const [a, b] = await Promise.all([db.execute('SELECT 1 AS n'), db.execute('SELECT 2 AS n')])
  expect(await Promise.all([a.toArray(), b.toArray()])).toEqual([[{ n: 1 }], [{ n: 2 }]])
})

test('closing ends what still runs', async () => {
  await db.execute(
    "CREATE TABLE g (x INT) WITH ('connector' = 'datagen'); CREATE TABLE b (x INT) WITH ('connector' = 'blackhole')",
  )
  const result = await db.execute('INSERT INTO b SELECT x FROM g')
  expect(result.progress()!.status).toBe('running')
  await db.close()
  expect(await result.done).toBe('canceled')
})
