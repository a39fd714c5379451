import { describe, expect, test } from 'vitest'
import { SqlError } from '../base/errors.ts'
import { Catalogs } from '../catalog/catalogs.ts'
import type { TableEntry } from '../catalog/table.ts'
import { printSchema, printType } from '../data/type.ts'
import type { SessionFacts } from '../expr/function.ts'
import { parseScript } from '../sql/parser.ts'
import type { BoundJob } from './bound.ts'
import { Planner } from './planner.ts'

describe('types and names of results', () => {
  test.each([
    [
      "SELECT 1, 3000000000, 1.50, .5, 1e0, 'abc', x'0aff', TRUE",
      'EXPR$0 INT, EXPR$1 BIGINT, EXPR$2 DECIMAL(3, 2), EXPR$3 DECIMAL(1, 1), EXPR$4 DOUBLE, EXPR$5 CHAR(3), EXPR$6 BINARY(2), EXPR$7 BOOLEAN',
    ],
    [
      "SELECT DATE '2020-01-31', TIME '10:11:12.5', TIMESTAMP '2020-01-31 10:11:12.123'",
      'EXPR$0 DATE, EXPR$1 TIME(1), EXPR$2 TIMESTAMP(3)',
    ],
    ["SELECT INTERVAL '1-6' YEAR TO MONTH, INTERVAL '10' MINUTE", 'EXPR$0 INTERVAL YEAR(2) TO MONTH, EXPR$1 INTERVAL MINUTE'],
    ['SELECT -2147483648, +1', 'EXPR$0 BIGINT, EXPR$1 INT'],
  ])('%s', (sql, schema) => {
    const columns = bind(sql).schema.map(c => `${c.name} ${printType({ ...c.type, nullable: true })}`)
    expect(columns.join(', ')).toBe(schema)
    expect(bind(sql).schema.some(c => c.type.nullable)).toBe(false)
  })

  test('a column keeps its name, a field its own, a name that comes twice gets a number', () => {
    const sql = 'SELECT a, t.a, r.x, a + 1, t.* FROM t'
    expect(bind(sql).schema.map(c => c.name)).toEqual(['a', 'a0', 'x', 'EXPR$3', 'a1', 'b', 'c', 'r'])
  })

  test('a field of a ROW that may be NULL may be NULL', () => {
    expect(printSchema(bind('SELECT t.r.y FROM t').schema)).toBe('y INT')
  })

  test('aggregates are NULL over no rows, but not over a group', () => {
    const global = 'SELECT SUM(a), COUNT(*) FROM nn'
    expect(printSchema(bind(global).schema)).toBe('`EXPR$0` INT, `EXPR$1` BIGINT NOT NULL')
    const grouped = 'SELECT a, SUM(a) AS s, SUM(a) FILTER (WHERE a > 0) AS f FROM nn GROUP BY a'
    expect(printSchema(bind(grouped).schema)).toBe('a INT NOT NULL, s INT NOT NULL, f INT')
  })

  test('keys of grouping sets may be NULL where a set is without them', () => {
    const sql = 'SELECT a, GROUPING(a) AS g, SUM(a) AS s FROM nn GROUP BY ROLLUP (a)'
    expect(printSchema(bind(sql).schema)).toBe('a INT, g BIGINT NOT NULL, s INT NOT NULL')
  })

  test('set operations and VALUES take the common type; names are those of the first', () => {
    expect(printSchema(bind('SELECT a AS x FROM nn UNION ALL SELECT b FROM t').schema)).toBe('x BIGINT')
    expect(printSchema(bind("VALUES (1, 'a'), (2.5, 'bcd')").schema)).toBe(
      '`EXPR$0` DECIMAL(11, 1) NOT NULL, `EXPR$1` VARCHAR(3) NOT NULL',
    )
  })

  test('columns of an outer join may be NULL on the side that is padded', () => {
    expect(printSchema(bind('SELECT x.a, y.a AS b FROM nn AS x LEFT JOIN nn AS y ON x.a = y.a').schema)).toBe(
      'a INT NOT NULL, b INT',
    )
    expect(printSchema(bind('SELECT * FROM nn FULL JOIN t USING (a)').schema.slice(0, 1))).toBe('a INT')
  })

  test('parameters are typed values', () => {
    const catalogs = new Catalogs()
    const planner = new Planner(catalogs, session)
    const sql = 'SELECT ? + 1 AS a, :name AS b'
    const [query] = parseScript(sql)
    if (query?.kind !== 'query') throw new Error('not a query')
    const positional = [{ type: { kind: 'BIGINT', nullable: false }, value: 2n }] as const
    const named = new Map([['name', { type: { kind: 'VARCHAR', length: 10, nullable: true }, value: 'x' }]] as const)
    expect(printSchema(planner.bindQuery(query, sql, { positional, named }).schema)).toBe('a BIGINT NOT NULL, b VARCHAR(10)')
    expect(() => planner.bindQuery(query, sql)).toThrow(expect.objectContaining({ code: 'PARAMETER_MISSING' }))
  })
})

describe('errors say where and what to do', () => {
  test.each(
    Object.entries({
      unknownColumn: 'SELECT amout FROM t AS orders (amount, b, c, r)',
      unknownQualified: 'SELECT t.bb FROM t',
      unknownTable: 'SELECT a FROM tt',
      unknownAlias: 'SELECT x.a FROM t AS y',
      unknownFunction: 'SELECT UPER(c) FROM t',
      unknownField: 'SELECT t.r.z FROM t',
      ambiguous: 'SELECT a FROM t AS x, t AS y',
      sameAlias: 'SELECT x.a FROM t AS x, t AS x',
      notGrouped: 'SELECT a, b FROM t GROUP BY a',
      notGroupedInHaving: 'SELECT a FROM t GROUP BY a HAVING b > 1',
      aggregateInWhere: 'SELECT a FROM t WHERE COUNT(*) > 1',
      nestedAggregate: 'SELECT SUM(COUNT(*)) FROM t',
      argumentType: 'SELECT a + c FROM t',
      aggregateArgument: 'SELECT SUM(c) FROM t',
      condition: 'SELECT a FROM t WHERE a',
      mixedCase: "SELECT CASE WHEN a > 1 THEN 1 ELSE 'x' END FROM t",
      memberType: "SELECT a FROM t WHERE a IN (1, '1')",
      listType: 'SELECT a FROM t WHERE a IN (TRUE, FALSE)',
      bareNull: 'SELECT NULL',
      cast: 'SELECT CAST(a AS DATE) FROM t',
      ordinal: 'SELECT a FROM t ORDER BY 2',
      unionCount: 'SELECT a FROM t UNION ALL SELECT a, b FROM t',
      unionType: 'SELECT a FROM t UNION ALL SELECT c FROM t',
      valuesCount: 'VALUES (1), (1, 2)',
      windowColumn: "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(a), INTERVAL '1' MINUTE))",
      windowArgument: "SELECT * FROM TABLE(TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(a), SIZ => INTERVAL '1' MINUTE))",
      insertColumn: 'INSERT INTO sink (k, v) SELECT a, b FROM t',
      insertTwice: 'INSERT INTO sink (k, k) SELECT a, b FROM t',
      insertNotNull: "INSERT INTO sink (n) VALUES ('x')",
      insertType: 'INSERT INTO sink SELECT c, c FROM t',
      insertCount: 'INSERT INTO sink SELECT a FROM t',
      date: "SELECT DATE '2020-02-30'",
      number: 'SELECT 99999999999999999999',
      hint: "SELECT * FROM t /*+ OPTION('a'='b') */",
      over: 'SELECT SUM(a) OVER (ORDER BY b) FROM t',
      lateral: 'SELECT * FROM t, LATERAL TABLE(split(c))',
      match: 'SELECT * FROM t MATCH_RECOGNIZE (ORDER BY b MEASURES A.a AS x PATTERN (A) DEFINE A AS TRUE)',
      watermarkType: 'CREATE TABLE w (a INT, WATERMARK FOR a AS a)',
      watermarkColumn: 'CREATE TABLE w (ts TIMESTAMP(3), WATERMARK FOR tss AS ts)',
      watermarkPrecision: 'CREATE TABLE w (ts TIMESTAMP(6), WATERMARK FOR ts AS ts)',
      enforced: 'CREATE TABLE w (a INT PRIMARY KEY)',
      keyColumn: 'CREATE TABLE w (a INT, PRIMARY KEY (b) NOT ENFORCED)',
      columnTwice: 'CREATE TABLE w (a INT, a STRING)',
      computed: 'CREATE TABLE w (a INT, b AS a + d)',
    }),
  )('%s', (_, sql) => {
    expect(failure(sql)).toMatchSnapshot()
  })

  test('an error inside a view is told at the name of the view', () => {
    const error = failure(
      'CREATE TEMPORARY TABLE g (a INT); CREATE VIEW v AS SELECT a FROM g; ALTER TABLE g RENAME a TO b; SELECT * FROM v',
    )
    expect(error).toContain('in the view default_catalog.default_database.v')
  })
})

describe('definitions', () => {
  test('computed columns, keys and watermarks', () => {
    const { catalogs } = run(`CREATE TABLE w (
      id INT, price DECIMAL(10, 2), total AS price * 2, ts TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,
      WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'x')`)
    const table = catalogs.get(['w'])
    if (table.kind !== 'table') throw new Error('not a table')
    expect(printSchema(table.columns)).toBe('id INT NOT NULL, price DECIMAL(10, 2), total DECIMAL(21, 2), ts TIMESTAMP(3)')
    expect(table.columns.map(c => c.kind)).toEqual(['physical', 'physical', 'computed', 'metadata'])
    expect(table.primaryKey).toEqual(['id'])
    expect(table.watermark).toMatchObject({ column: 'ts', sql: "ts - INTERVAL '5' SECOND" })
  })

  test('LIKE takes over what its options say', () => {
    const base =
      "CREATE TABLE base (id INT, b AS id + 1, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED) WITH ('k' = '1');"
    const like = (definition: string) => {
      const table = run(`${base} CREATE TABLE w ${definition}`).catalogs.get(['w'])
      if (table.kind !== 'table') throw new Error('not a table')
      return {
        columns: table.columns.map(c => c.name).join(),
        key: table.primaryKey.join(),
        mark: table.watermark?.column,
        options: table.options,
      }
    }
    expect(like("(c INT) WITH ('k' = '2') LIKE base")).toEqual({
      columns: 'id,b,ts,c',
      key: 'id',
      mark: 'ts',
      options: { k: '2' },
    })
    expect(like('(c INT) LIKE base (EXCLUDING ALL)')).toEqual({ columns: 'id,ts,c', key: '', mark: undefined, options: {} })
    expect(like('LIKE base (EXCLUDING WATERMARKS EXCLUDING GENERATED)')).toEqual({
      columns: 'id,ts',
      key: 'id',
      mark: undefined,
      options: { k: '1' },
    })
    expect(() => like("WITH ('k' = '2') LIKE base (INCLUDING OPTIONS)")).toThrow(
      expect.objectContaining({ code: 'OPTION_TWICE' }),
    )
  })

  test('a watermark that LIKE takes over finds its columns in their new places', () => {
    const { bound } = run(`CREATE TABLE base (b AS 1, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
      CREATE TABLE w LIKE base (EXCLUDING GENERATED); SELECT ts FROM w ORDER BY ts`)
    expect(printSchema(bound!.schema)).toBe('ts TIMESTAMP(3)')
  })

  test('a view holds full names and may name its columns', () => {
    const { catalogs } = run('CREATE VIEW v (x, y) AS SELECT t.a, u.b FROM t JOIN t AS u ON t.a = u.a')
    expect(catalogs.get(['v'])).toMatchObject({
      sql: 'SELECT t.a, u.b FROM default_catalog.default_database.t JOIN default_catalog.default_database.t AS u ON t.a = u.a',
      columns: ['x', 'y'],
    })
  })

  test('CREATE TABLE AS has the columns of its query, in the types that are written', () => {
    const { catalogs, bound } = run("CREATE TABLE w (a BIGINT, d AS a + 1) WITH ('k' = '1') AS SELECT a, c FROM t")
    expect(printSchema((catalogs.get(['w']) as TableEntry).columns)).toBe('d BIGINT, a BIGINT, c STRING')
    expect(bound!.outputs[0]!.plan.schema.map(c => c.name)).toEqual(['a', 'c'])
  })

  test('ALTER TABLE', () => {
    const columns = (sql: string) => (altered(sql).get(['w']) as TableEntry).columns.map(c => c.name).join()
    expect(columns('ALTER TABLE w ADD (d INT)')).toBe('a,b,c,d')
    expect(columns('ALTER TABLE w DROP b')).toBe('a,c')
    expect(columns('ALTER TABLE w RENAME b TO d')).toBe('a,d,c')
    expect(() => columns('ALTER TABLE w DROP a')).toThrow(expect.objectContaining({ code: 'COLUMN_USED' }))
    expect(altered("ALTER TABLE w SET ('k' = '2', 'l' = '3')").get(['w'])).toMatchObject({ options: { k: '2', l: '3' } })
    expect(altered('ALTER TABLE w RENAME TO w2').get(['w2'])).toMatchObject({ kind: 'table' })
  })
})

// ── fixtures ─────────────────────────────────────────────────────────────────────────────────────

const session: SessionFacts = {
  zone: 'UTC',
  legacyCast: false,
  database: 'default_database',
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0.5,
}

const tables = `
  CREATE TABLE t (a INT, b BIGINT, c STRING, r ROW<x STRING, y INT NOT NULL>);
  CREATE TABLE nn (a INT NOT NULL);
  CREATE TABLE sink (k INT NOT NULL, n STRING);`

function run(sql: string) {
  const catalogs = new Catalogs()
  const planner = new Planner(catalogs, session)
  let bound: BoundJob | undefined
  for (const text of [tables, sql]) {
    for (const statement of parseScript(text)) {
      if (statement.kind === 'create-table') {
        const { entry, insert } = planner.bindCreateTable(statement, text)
        catalogs.create(entry)
        bound = insert
      } else if (statement.kind === 'create-view') catalogs.create(planner.bindCreateView(statement, text))
      else if (statement.kind === 'alter-table') {
        const { path, entry } = planner.bindAlterTable(statement, text)
        catalogs.replace(path, entry!)
      } else if (statement.kind === 'query') bound = planner.bindQuery(statement, text)
      else if (statement.kind === 'insert') bound = planner.bindInserts([statement], text)
    }
  }
  return { catalogs, bound }
}

const altered = (sql: string) => run(`CREATE TABLE w (a INT, b STRING, c AS a + 1) WITH ('k' = '1'); ${sql}`).catalogs

const bind = (sql: string): BoundJob => run(sql).bound!

function failure(sql: string): string {
  try {
    run(sql)
  } catch (error) {
    if (error instanceof SqlError) return `${error.code}\n${error.describe()}`
    throw error
  }
  throw new Error(`no error: ${sql}`)
}
