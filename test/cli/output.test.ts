/** What the command line prints, and how it ends. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Folder } from '#src/testing/script.ts'
import { built, command, shell } from './command.ts'

beforeAll(built, 120_000)

const generated = "CREATE TABLE g (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000')"
const valuesOf = (rows: string) => `SELECT * FROM (VALUES ${rows}) AS t(k, n)`

describe('--output json', () => {
  test('is one object a line and nothing else; DDL prints nothing', async () => {
    const sql = `CREATE TABLE b (x INT) WITH ('connector' = 'blackhole'); INSERT INTO b VALUES (1);
      SELECT 9223372036854775807 AS b, CAST(12345678901234567890.123456789 AS DECIMAL(38, 9)) AS d, CAST(NULL AS INT) AS n, 'é"' AS s`
    const { code, stdout, stderr } = await command(['-e', sql, '--output', 'json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe('{"op":"+I","row":{"b":9223372036854775807,"d":12345678901234567890.123456789,"n":null,"s":"é\\""}}\n')
  })

  test('a batch says +I, a stream says what changed', async () => {
    const sql = `SELECT k, SUM(n) AS s FROM (${valuesOf("('a', 1), ('a', 2)")}) GROUP BY k`
    const lines = async (mode: string) => (await command(['-e', sql, '--output', 'json', '--mode', mode])).stdout.split('\n')
    expect(await lines('batch')).toEqual(['{"op":"+I","row":{"k":"a","s":3}}', ''])
    expect((await lines('streaming')).map(line => line.slice(0, 11))).toEqual(['{"op":"+I",', '{"op":"-U",', '{"op":"+U",', ''])
  })

  test('SHOW and EXPLAIN are objects, too', async () => {
    const { stdout } = await command(['-e', 'SHOW CURRENT DATABASE; EXPLAIN SELECT 1', '--output', 'json'])
    const rows = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { op: string; row: object })
    expect(rows.map(({ op, row }) => [op, Object.keys(row)])).toEqual([
      ['+I', ['current database name']],
      ['+I', ['result']],
    ])
  })
})

test('csv has a header, quotes what must be quoted, and tells an empty text from NULL', async () => {
  const sql = valuesOf("('a,\"b\"', 1), ('', 2), (CAST(NULL AS STRING), 3)")
  expect((await command(['-e', sql, '--output', 'csv'])).stdout).toBe('k,n\n"a,""b""",1\n"",2\n,3\n')
})

test('tables and changelogs', async () => {
  const sql = `SELECT k, SUM(n) AS s FROM (${valuesOf("('ann', 1), ('bob', 2), ('ann', 10)")}) GROUP BY k`
  expect((await command(['-e', sql, '--mode', 'streaming'])).stdout.split('\n')).toEqual([
    '+-----+----+',
    '| k   | s  |',
    '+-----+----+',
    '| ann | 11 |',
    '| bob |  2 |',
    '+-----+----+',
    '',
  ])
  const { stdout } = await command(['-e', sql, '--mode', 'streaming', '--output', 'changelog'])
  expect(
    stdout
      .split('\n')
      .slice(3)
      .map(line => line.replace(/\s+/g, ' ')),
  ).toEqual(['| +I | ann | 1 |', '| +I | bob | 2 |', '| -U | ann | 1 |', '| +U | ann | 11 |', ''])
})

describe('exit codes', () => {
  test.each([
    [0, 'a query', ['-e', 'SELECT 1']],
    [0, 'help', ['--help']],
    [0, 'the version', ['--version']],
    [1, 'a query that fails', ['-e', 'SELECT 1 / (x - x) FROM (SELECT CHAR_LENGTH(UUID()) AS x)']],
    [
      1,
      'a file that is not there',
      ['-e', "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = '/no/such', 'format' = 'csv'); SELECT * FROM t"],
    ],
    [1, 'too little memory', ['-e', `${generated}; SELECT x, COUNT(*) FROM g GROUP BY x`, '--memory', '10mb', '-o', 'json']],
    [2, 'SQL that is wrong', ['-e', 'SELEC 1']],
    [2, 'a command that is not there', ['rum', 'x.sql']],
    [2, 'a flag that is not there', ['--outptu', 'json']],
    [2, 'a flag that takes other values', ['--output', 'xml', '-e', 'SELECT 1']],
    [2, 'a script that is not there', ['run', '/no/such.sql']],
    [2, 'a setting that is not there', ['--set', 'no.such=1', '-e', 'SELECT 1']],
    [2, 'nothing to check', ['check', '/dev/null']],
  ])('%i for %s', async (code, _what, args) => {
    const ended = await command(args)
    expect([ended.code, ended.stderr]).toEqual([code, code === 0 ? '' : expect.stringMatching(/./)])
    // Nobody sees our stack unless it is our mistake.
    expect(ended.stderr).not.toMatch(/\n\s+at /)
    expect(ended.stderr.includes('group-aggregate')).toBe(args.includes('10mb'))
  })
})

describe('a closed pipe ends the command quietly', () => {
  const print = `${generated}; CREATE TABLE p (x BIGINT) WITH ('connector' = 'print'); INSERT INTO p SELECT x FROM g`
  const out = `${generated}; CREATE TABLE o (x BIGINT) WITH ('connector' = 'stdout', 'format' = 'json'); INSERT INTO o SELECT x FROM g`
  test.each([
    ['json', `${generated}; SELECT x FROM g`, '-o json'],
    ['csv', `${generated}; SELECT x FROM g`, '-o csv'],
    ['changelog', `${generated}; SELECT x FROM g`, '-o changelog'],
    ['print', print, ''],
    ['stdout', out, ''],
  ])('%s', async (_name, sql, flags) => {
    const { stdout, stderr } = await shell(`$M -e "${sql}" ${flags} | head -2; echo "\${PIPESTATUS[0]}"`)
    expect(stderr).toBe('')
    expect(stdout.split('\n').slice(2)).toEqual(['0', ''])
  })
})

test('a LIMIT ends a query over input that goes on', async () => {
  const sql = "CREATE TABLE i (x INT) WITH ('connector' = 'stdin', 'format' = 'json'); SELECT x FROM i LIMIT 2"
  const { code, stdout } = await shell(`yes '{"x":1}' | $M -e "${sql}" -o json; exit \${PIPESTATUS[1]}`)
  expect([code, stdout]).toEqual([0, '{"op":"+I","row":{"x":1}}\n'.repeat(2)])
})

test('what was lost is told at the end: unreadable and late rows', async () => {
  const sql = `CREATE TABLE i (n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'stdin', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
    SELECT window_start, SUM(n) AS c FROM TABLE(TUMBLE(TABLE i, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`
  const input = [
    '{"n":1,"ts":"2024-01-01 00:00:00"}',
    '{"n":"x","ts":"2024-01-01 00:00:20"}',
    'nonsense',
    '{"n":2,"ts":"2024-01-01 00:00:01"}',
  ]
  const { code, stderr } = await command(['-e', sql, '-m', 'streaming', '-o', 'json'], { input: `${input.join('\n')}\n` })
  expect(code).toBe(0)
  expect(stderr).toMatch(
    /^3 rows in, 2 out, .*; 1 late row dropped; 1 unreadable record skipped; 1 unreadable field became NULL\n$/,
  )
})

describe('the shell in a pipe', () => {
  test('runs statements of several lines, prints their results alone, and goes on after an error', async () => {
    const input = `CREATE VIEW v AS\n  SELECT 1 AS a;\nSELECT nothing FROM v;\nSELECT a\n\nFROM v;\nSELECT a + 1 AS b FROM v`
    const { code, stdout, stderr } = await command(['--output', 'json'], { input })
    expect(stdout).toBe('{"op":"+I","row":{"a":1}}\n{"op":"+I","row":{"b":2}}\n')
    expect(stderr).toMatch(/COLUMN_\w+/)
    expect(code).toBe(2)
  })

  test('knows help and quit', async () => {
    const { code, stdout } = await command([], { input: 'help;\nquit;\nSELECT 1;\n' })
    expect([code, stdout.split('\n')[0]]).toEqual([0, "Statements end with ';'. Some to begin with:"])
    expect(stdout).not.toContain('EXPR$0')
  })
})

test('a changelog keeps its columns below each other', async () => {
  const sql = `CREATE TABLE i (s STRING) WITH ('connector' = 'stdin', 'format' = 'raw'); SELECT s FROM i`
  const { stdout } = await shell(`(echo a long one; sleep 0.3; echo b) | $M -e "${sql}" -m streaming -o changelog`)
  expect(stdout.split('\n').slice(1)).toEqual([
    '| op | s          |',
    '+----+------------+',
    '| +I | a long one |',
    '| +I | b          |',
    '',
  ])
})

const check = (sql: string) => shell(`$M check - <<< "${sql}"`)

describe('check', () => {
  test('says that both modes agree', async () => {
    const { code, stdout } = await check('SELECT k, SUM(n) FROM (VALUES (1, 2), (1, 3)) AS t(k, n) GROUP BY k')
    expect([code, stdout]).toEqual([0, 'query 1: stream = batch, 1 rows equal\n'])
  })

  test('replaces sinks by tables in memory', async () => {
    const sink = "CREATE TABLE p (x INT) WITH ('connector' = 'print')"
    const { code, stdout } = await check(`${sink}; INSERT INTO p VALUES (1), (2)`)
    expect([code, stdout]).toEqual([0, 'default_catalog.default_database.p: stream = batch, 2 rows equal\n'])
  })

  test.each([
    ['exists in one mode only', 'SELECT n FROM (VALUES 1, 2) AS t(n) ORDER BY n', /ONE_MODE.*batch mode only/],
    ['never ends', `${generated}; SELECT x FROM g`, /UNBOUNDED_IN_BATCH/],
  ])('a statement that %s is exit code 2', async (_what, sql, message) => {
    const { code, stderr } = await check(sql)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  test('a difference is exit code 1 and shown: a row that was late', async () => {
    await using folder = await Folder.create()
    await folder.write('t.csv', '2024-01-01 00:00:00\n2024-01-01 00:00:20\n2024-01-01 00:00:01\n')
    const windows = "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end"
    const script = `${folder.table('t.csv', 'ts TIMESTAMP(3), WATERMARK FOR ts AS ts', 'csv')}; SELECT COUNT(*) AS c FROM ${windows}`
    const { code, stdout } = await command(['check', await folder.write('job.sql', script)])
    expect([code, stdout]).toEqual([
      1,
      `query 1: stream and batch differ (1 late rows were dropped by the stream)
  1 rows only in the batch:
  +---+
  | c |
  +---+
  | 2 |
  +---+
  1 rows only in the stream:
  +---+
  | c |
  +---+
  | 1 |
  +---+
`,
    ])
  })
})
