/** What a statement can get wrong, as a person is told; and arithmetic at its edges. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Folder, failureOf, newSession, rowsOf, runScript } from '../testing/script.ts'

let folder: Folder
let setup: string
beforeAll(async () => {
  folder = await Folder.create()
  await folder.write('orders.csv', 'ann,5,2024-01-01 00:00:00\nbob,500,2024-01-01 00:00:20\nann,7,2024-01-01 00:00:01\n')
  const columns = "name STRING, amount INT NOT NULL, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND"
  setup = folder.table('orders.csv', columns, 'csv')
})
afterAll(() => folder[Symbol.asyncDispose]())

const failure = async (sql: string, mode: 'batch' | 'streaming' = 'batch') =>
  (await failureOf(`${setup}; ${sql}`, { mode })).replaceAll(folder.path, '')

describe('names that are not there', () => {
  test.each([
    ['a table', 'SELECT * FROM nothing', /^TABLE_\w+: .*nothing/],
    ['a table, nearly', 'SELECT * FROM orderz', /did you mean .*orders/],
    ['a column', 'SELECT amout FROM orders', /did you mean .*amount/],
    ['a function', 'SELECT UPER(name) FROM orders', /did you mean .*UPPER/],
    [
      'a session option',
      "SET 'execution.runtime-mod' = 'batch'",
      /SESSION_OPTION_UNKNOWN: .*\n?.*did you mean .*execution\.runtime-mode/s,
    ],
    [
      'a connector',
      "CREATE TABLE t (a INT) WITH ('connector' = 'filesytem'); SELECT * FROM t",
      /CONNECTOR_UNKNOWN: .*did you mean .*filesystem/s,
    ],
    [
      'a format',
      "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'jsn'); SELECT * FROM t",
      /FORMAT_UNKNOWN: .*did you mean .*json/s,
    ],
    [
      'a table option',
      "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'pth' = 'x', 'format' = 'json'); SELECT * FROM t",
      /OPTION_(UNKNOWN|MISSING): .*path/s,
    ],
    [
      'a format option',
      "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json', 'json.ignore-parse-error' = 'true'); SELECT * FROM t",
      /OPTION_UNKNOWN: .*did you mean .*json\.ignore-parse-errors/s,
    ],
  ])('%s', async (_what, sql, expected) => expect(await failure(sql)).toMatch(expected))
})

describe('values of the wrong kind', () => {
  test.each([
    [
      'a session option',
      "SET 'execution.checkpointing.interval' = 'soon'",
      /^SESSION_OPTION_VALUE: .*a duration such as '10 s', not 'soon'/,
    ],
    [
      'a table option',
      "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = 'many'); SELECT * FROM t",
      /^OPTION_VALUE: .*a whole number, not 'many'/,
    ],
    ['types that do not compare', 'SELECT name + amount > ts FROM orders', /^\w+: /],
    [
      'a condition that is no BOOLEAN',
      'SELECT name FROM orders WHERE amount',
      /^TYPE_MISMATCH: WHERE clause must be a condition/,
    ],
    [
      'a watermark on a column that is not there',
      "CREATE TABLE t (a INT, WATERMARK FOR moment AS moment) WITH ('connector' = 'datagen')",
      /^\w+: .*moment/,
    ],
    [
      'a watermark on a column that is no time',
      "CREATE TABLE t (a INT, WATERMARK FOR a AS a) WITH ('connector' = 'datagen')",
      /^\w+: .*TIMESTAMP/,
    ],
    [
      'a window over a column without a watermark',
      "CREATE TABLE t (moment TIMESTAMP(3)) WITH ('connector' = 'datagen'); SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(moment), INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
      /^\w+: .*time attribute/i,
    ],
    ['parallelism', "SET 'parallelism.default' = '2'", /^NOT_SUPPORTED: /],
    [
      'checkpoints without a place',
      "SET 'execution.checkpointing.interval' = '1 s'; SELECT * FROM orders",
      /^CHECKPOINT_DIRECTORY: /,
    ],
  ])('%s', async (_what, sql, expected) => expect(await failure(sql, 'streaming')).toMatch(expected))

  test('an error points into the statement it is in', async () => {
    expect(await failure('SELECT name FROM orders;\nSELECT\n  amout FROM orders')).toMatch(
      /\n +3 \| {3}amout FROM orders\n +\| {3}\^{5} did you mean/,
    )
  })
})

describe('arithmetic at its edges', () => {
  test('INT and BIGINT wrap', async () => {
    const sql = `${setup}; SELECT amount + 2147483647, amount + 9223372036854775807, -2147483647 - amount FROM orders LIMIT 1`
    expect(await rowsOf(sql)).toEqual(['+I -2147483644 -9223372036854775804 2147483644'])
  })

  test('division by zero fails, with the exit code of a failure', async () => {
    expect(await failure('SELECT 10 / (amount - 5) FROM orders')).toMatch(/^DIVISION_BY_ZERO: /)
  })

  test('a DECIMAL that does not fit is NULL, and fails the query where its type is NOT NULL', async () => {
    const cast = 'CAST(CAST(amount AS INT) AS DECIMAL(3, 1))'
    expect(await rowsOf(`${setup}; SELECT ${cast} IS NULL FROM orders`)).toEqual(['+I FALSE', '+I TRUE', '+I FALSE'])
    expect(await rowsOf('SELECT CAST(500 AS DECIMAL(3, 1)) IS NULL')).toEqual(['+I TRUE'])
    expect(await failure('SELECT CAST(500 AS DECIMAL(3, 1))')).toMatch(/^NOT_NULL_VIOLATION: Column 'EXPR\$0' is NOT NULL/)
  })
})

test('late rows are dropped and counted', async () => {
  const windows = `SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`
  const { rows, progress } = await runScript(`${setup}; ${windows}`, { mode: 'streaming' })
  expect(rows).toEqual(["+I '2024-01-01 00:00:00.000' 1", "+I '2024-01-01 00:00:20.000' 1"])
  expect(progress!.lateRows).toBe(1)
})

test('a memory limit ends the query and names the operator', async () => {
  const sql = `CREATE TABLE g (k BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '2000000', 'rows-per-second' = '1000000000');
    SELECT k, COUNT(*) FROM g GROUP BY k`
  for (const mode of ['batch', 'streaming'] as const)
    expect(await failureOf(sql, { mode, config: { 'millrace.memory': '4mb' } })).toMatch(
      /^OUT_OF_MEMORY_BUDGET: query-1\/group-aggregate-\d+ needs more memory than the query may use: [\d.]+ MB of 4\.0 MB/,
    )
})

test('a statement set holds INSERTs only, and has an end', async () => {
  expect(await failure('EXECUTE STATEMENT SET BEGIN SELECT 1; END')).toMatch(/^\w+: /)
  expect(await failure('BEGIN STATEMENT SET; SELECT 1; END')).toMatch(/^STATEMENT_SET: a statement set holds INSERT/)
  expect(await failure('BEGIN STATEMENT SET; INSERT INTO orders SELECT * FROM orders')).toMatch(/^STATEMENT_SET: .*no END/)
})

test('two jobs that run together do not share a directory of checkpoints', async () => {
  await using place = await Folder.create()
  const tables = "CREATE TABLE g (n INT) WITH ('connector' = 'datagen'); CREATE TABLE b (n INT) WITH ('connector' = 'blackhole')"
  const session = newSession({ config: { 'execution.checkpointing.dir': place.path, 'execution.runtime-mode': 'streaming' } })
  const started: string[] = []
  const both = async () => {
    for await (const outcome of session.execute(`${tables}; INSERT INTO b SELECT n FROM g; INSERT INTO b SELECT n FROM g`))
      started.push(outcome.kind)
  }
  await expect(both()).rejects.toMatchObject({ code: 'CHECKPOINT_SHARED' })
  expect(started).toEqual(['done', 'done', 'insert'])
  await session.close()
})
