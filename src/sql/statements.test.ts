/** Every kind of statement, read and read again from its printed form. */
import { describe, expect, test } from 'vitest'
import type { StatementKind } from './ast.ts'
import { parseStatement } from './parser.ts'
import { withoutSpans } from './same.ts'
import { unparse } from './unparse.ts'

/** A kind without an example does not compile. */
const examples: Readonly<Record<StatementKind, readonly string[]>> = {
  'query': [
    'SELECT 1',
    'SELECT ALL a, t.*, b AS `c d` FROM cat.db.t AS t WHERE a > 1 GROUP BY a HAVING COUNT(*) > 1 ORDER BY a DESC NULLS LAST LIMIT 3 OFFSET 2 ROWS',
    'SELECT DISTINCT a FROM t OFFSET 1 ROW FETCH NEXT 2 ROWS ONLY',
    'SELECT a FROM t LIMIT ALL',
    'WITH a (x, y) AS (SELECT 1, 2), b AS (TABLE a) SELECT * FROM b',
    "VALUES (1, 'a'), ROW(2, 'b'), 3",
    'SELECT * FROM (VALUES (1, 2)) AS t (a, b)',
    'TABLE t',
    '(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL (SELECT b FROM u) EXCEPT SELECT c FROM v INTERSECT SELECT d FROM w',
    '((SELECT 1) UNION (SELECT 2)) ORDER BY 1',
    'SELECT ((SELECT 1) UNION (SELECT 2)), ((SELECT 1) + 2), (1, (SELECT 2))',
    'SELECT * FROM ((SELECT 1) UNION (SELECT 2)) AS t, ((a JOIN b ON TRUE) LEFT JOIN c USING (x, y)), (SELECT 1)',
    'SELECT * FROM a NATURAL LEFT OUTER JOIN b CROSS JOIN c FULL JOIN d ON a.x = d.x RIGHT JOIN e ON TRUE, f INNER JOIN g ON g.x = f.x',
    'SELECT * FROM a JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x',
    "SELECT /*+ BROADCAST(a, b), STATE_TTL('a' = '1d'), LOOKUP('table'='D', async=true), X */ * FROM t /*+ OPTIONS('k'='v') */ AS x",
    'SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.ts AS r ON o.c = r.c',
    "SELECT * FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECONDS)) GROUP BY window_start",
    "SELECT * FROM TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '10' MINUTES, `OFFSET` => INTERVAL '1' MINUTE)",
    "SELECT * FROM SESSION(TABLE t PARTITION BY (a, b) ORDER BY ts, DESCRIPTOR(ts), INTERVAL '5' MINUTE)",
    "SELECT * FROM f(input => TABLE (SELECT 1) PARTITION BY k, m => MODEL cat.m, d => DESCRIPTOR(a INT, b), x => DEFAULT, uid => 'x')",
    'SELECT * FROM t, LATERAL TABLE(f(t.x)) AS a (c) LEFT JOIN LATERAL (SELECT * FROM u WHERE u.x = t.x) AS b ON TRUE',
    'SELECT * FROM t CROSS JOIN UNNEST(t.tags, ARRAY[1]) WITH ORDINALITY AS u (tag, n)',
    'SELECT a FROM t GROUP BY DISTINCT GROUPING SETS ((a, b), a, (), ROLLUP (a, (b, c))), CUBE (a, b), (c, d), e',
    'SELECT SUM(a) OVER w, LAG(a, 1) IGNORE NULLS OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM t WINDOW w AS (PARTITION BY b, c ORDER BY d)',
    "SELECT COUNT(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW), RANK() OVER () FROM t",
    'SELECT a FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) = 1',
    "SELECT LISTAGG(DISTINCT a, ',') WITHIN GROUP (ORDER BY b) FILTER (WHERE a > 1), ARRAY_AGG(a RESPECT NULLS ORDER BY b), COUNT(ALL a) FROM t",
    `SELECT * FROM t MATCH_RECOGNIZE (
       PARTITION BY a, b ORDER BY ts
       MEASURES FINAL LAST(A.price, 1) AS p, RUNNING COUNT(B.x) AS n, MATCH_ROWTIME() AS r, CLASSIFIER() AS c
       ONE ROW PER MATCH AFTER MATCH SKIP TO FIRST B
       PATTERN (^ A B* C+? (D | E F{2,3})? {- G{3} -} PERMUTE(H, I{,2}) J{4,}? K?? $) WITHIN INTERVAL '1' HOUR
       SUBSET U = (A, B)
       DEFINE A AS A.price > PREV(A.price), B AS TRUE) AS m`,
    'SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.x AS x AFTER MATCH SKIP PAST LAST ROW PATTERN (A+) DEFINE A AS x > 1)',
    'SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.x AS x ALL ROWS PER MATCH AFTER MATCH SKIP TO A PATTERN (A) DEFINE A AS x > 1)',
  ],
  'insert': [
    'INSERT INTO t SELECT * FROM u',
    "INSERT OVERWRITE cat.db.t /*+ OPTIONS('a'='b') */ PARTITION (dt = '1', h = 2) (a, `b`) VALUES (1, 2)",
    'INSERT INTO t (SELECT 1) UNION ALL (SELECT 2)',
    'INSERT INTO t WITH a AS (SELECT 1) SELECT * FROM a ON CONFLICT DO DEDUPLICATE',
  ],
  'update': ["UPDATE t SET a = 1, b.c = 'x' WHERE d > 1", 'UPDATE t AS u SET a = DEFAULT_OF(b)'],
  'delete': ['DELETE FROM t', 'DELETE FROM cat.t AS u WHERE u.a IS NULL'],
  'truncate': ['TRUNCATE TABLE db.t'],
  'call-procedure': ["CALL cat.sys.compact(t => 'a', 1)", 'CALL p()'],
  'execute': ['EXECUTE INSERT INTO t SELECT 1', 'EXECUTE SELECT 1'],
  'statement-set': [
    "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END FROM t; INSERT INTO b VALUES (';'); END",
    'STATEMENT SET BEGIN END',
  ],
  'begin-statement-set': ['BEGIN STATEMENT SET'],
  'end-statement-set': ['END'],
  'create-table': [
    `CREATE TEMPORARY TABLE IF NOT EXISTS cat.db.t (
       a INT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'key',
       b STRING METADATA FROM 'x' VIRTUAL COMMENT 'y', c BIGINT METADATA,
       d AS a + 1 COMMENT 'z', \`user\` ROW<x INT 'n', y ARRAY<STRING NOT NULL>> NULL,
       e TIMESTAMP(3) CONSTRAINT k UNIQUE ENFORCED,
       WATERMARK FOR e AS e - INTERVAL '5' SECOND,
       CONSTRAINT pk PRIMARY KEY (a, \`user\`) NOT ENFORCED, UNIQUE (d)
     ) COMMENT 'it''s' DISTRIBUTED BY HASH(a, d) INTO 4 BUCKETS PARTITIONED BY (a, d) WITH ('connector' = 'kafka', 'x' = '')`,
    'CREATE TABLE t DISTRIBUTED INTO 3 BUCKETS WITH ()',
    "CREATE TABLE t (b, a) WITH ('a' = 'b') AS SELECT a, b FROM u",
    'CREATE TABLE t (x INT) LIKE u (EXCLUDING ALL INCLUDING OPTIONS OVERWRITING WATERMARKS INCLUDING DISTRIBUTION)',
    'CREATE TABLE t LIKE u',
    'CREATE OR REPLACE TABLE t AS SELECT 1',
    'REPLACE TABLE t AS SELECT 1',
  ],
  'alter-table': [
    'ALTER TABLE IF EXISTS t RENAME TO db.u',
    'ALTER TABLE t RENAME a.b TO c',
    "ALTER TABLE t SET ('a' = 'b')",
    "ALTER TABLE t RESET ('a', 'b')",
    'ALTER TABLE t RESET ()',
    'ALTER TABLE t ADD (a INT FIRST, b AS a AFTER c, PRIMARY KEY (a) NOT ENFORCED, WATERMARK FOR ts AS ts)',
    "ALTER TABLE t ADD a INT METADATA COMMENT 'x' AFTER b",
    'ALTER TABLE t MODIFY (a BIGINT NOT NULL, b STRING FIRST)',
    'ALTER TABLE t MODIFY WATERMARK FOR ts AS ts',
    'ALTER TABLE t ADD DISTRIBUTION BY HASH(a) INTO 6 BUCKETS',
    'ALTER TABLE t MODIFY DISTRIBUTION BY (a)',
    'ALTER TABLE t DROP (a, b.c)',
    'ALTER TABLE t DROP a',
    'ALTER TABLE t DROP PRIMARY KEY',
    'ALTER TABLE t DROP CONSTRAINT c',
    'ALTER TABLE t DROP WATERMARK',
    'ALTER TABLE t DROP DISTRIBUTION',
    "ALTER TABLE t ADD IF NOT EXISTS PARTITION (a = 1, b = 'x') WITH ('k' = 'v') PARTITION (a = 2, b = 'y')",
    'ALTER TABLE t DROP IF EXISTS PARTITION (a = 1), PARTITION (a = 2)',
  ],
  'drop-table': ['DROP TABLE t', 'DROP TEMPORARY TABLE IF EXISTS cat.db.t'],
  'create-view': [
    "CREATE TEMPORARY VIEW IF NOT EXISTS v (a, b) COMMENT 'c' AS SELECT 1, 2",
    'CREATE OR REPLACE VIEW v AS WITH x AS (SELECT 1) SELECT * FROM x',
  ],
  'alter-view': ['ALTER VIEW v RENAME TO w', 'ALTER VIEW IF EXISTS v AS SELECT 1', "ALTER VIEW v SET ('a' = 'b')"],
  'drop-view': ['DROP VIEW v', 'DROP TEMPORARY VIEW IF EXISTS v'],
  'create-catalog': ["CREATE CATALOG IF NOT EXISTS c COMMENT 'x' WITH ('type' = 'generic_in_memory')", 'CREATE CATALOG c'],
  'alter-catalog': ["ALTER CATALOG c SET ('a' = 'b')", "ALTER CATALOG c RESET ('a')", "ALTER CATALOG c COMMENT 'x'"],
  'drop-catalog': ['DROP CATALOG IF EXISTS c'],
  'create-database': ["CREATE DATABASE IF NOT EXISTS c.d COMMENT 'x' WITH ('a' = 'b')"],
  'alter-database': ["ALTER DATABASE d SET ('a' = 'b')"],
  'drop-database': ['DROP DATABASE d', 'DROP DATABASE IF EXISTS c.d CASCADE', 'DROP DATABASE d RESTRICT'],
  'create-function': [
    "CREATE FUNCTION f AS 'com.acme.F'",
    "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'f' LANGUAGE PYTHON",
    "CREATE TEMPORARY FUNCTION c.d.f AS 'f' LANGUAGE JAVASCRIPT USING JAR 'a.jar', JAR 'b.jar' WITH ('a' = 'b')",
  ],
  'alter-function': ["ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'g' LANGUAGE SQL", "ALTER FUNCTION f AS 'g'"],
  'drop-function': ['DROP FUNCTION f', 'DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f', 'DROP TEMPORARY FUNCTION f'],
  'create-model': [
    "CREATE TEMPORARY MODEL IF NOT EXISTS m INPUT (a STRING, b INT NOT NULL) OUTPUT (c DOUBLE) COMMENT 'x' WITH ('provider' = 'openai')",
    "CREATE MODEL m WITH ('a' = 'b') AS SELECT 1",
  ],
  'alter-model': ["ALTER MODEL IF EXISTS m SET ('a' = 'b')", "ALTER MODEL m RESET ('a')", 'ALTER MODEL m RENAME TO n'],
  'drop-model': ['DROP TEMPORARY MODEL IF EXISTS m'],
  'create-connection': ["CREATE TEMPORARY SYSTEM CONNECTION IF NOT EXISTS c COMMENT 'x' WITH ('a' = 'b')"],
  'alter-connection': ["ALTER CONNECTION IF EXISTS c SET ('a' = 'b')", 'ALTER CONNECTION c RENAME TO d'],
  'drop-connection': ['DROP TEMPORARY CONNECTION IF EXISTS c'],
  'create-materialized-table': [
    'CREATE MATERIALIZED TABLE t AS SELECT 1',
    `CREATE OR ALTER MATERIALIZED TABLE IF NOT EXISTS db.t (PRIMARY KEY (a) NOT ENFORCED, a INT) COMMENT 'x' PARTITIONED BY (a)
     WITH ('k' = 'v') FRESHNESS = INTERVAL '30' SECOND REFRESH_MODE = FULL AS SELECT 1`,
  ],
  'alter-materialized-table': [
    'ALTER MATERIALIZED TABLE t SUSPEND',
    "ALTER MATERIALIZED TABLE t RESUME WITH ('a' = 'b')",
    'ALTER MATERIALIZED TABLE t RESUME',
    "ALTER MATERIALIZED TABLE t REFRESH PARTITION (dt = '1')",
    'ALTER MATERIALIZED TABLE t REFRESH',
    'ALTER MATERIALIZED TABLE t AS SELECT 1',
    'ALTER MATERIALIZED TABLE t RENAME TO u',
    "ALTER MATERIALIZED TABLE t SET ('a' = 'b')",
    "ALTER MATERIALIZED TABLE t RESET ('a')",
    "ALTER MATERIALIZED TABLE t SET FRESHNESS = INTERVAL '1' HOUR",
    'ALTER MATERIALIZED TABLE t SET REFRESH_MODE = CONTINUOUS',
    'ALTER MATERIALIZED TABLE t ADD a INT FIRST',
    'ALTER MATERIALIZED TABLE t DROP PRIMARY KEY',
  ],
  'drop-materialized-table': ['DROP MATERIALIZED TABLE IF EXISTS t'],
  'use-catalog': ['USE CATALOG c'],
  'use-database': ['USE c.d', 'USE catalog'],
  'use-modules': ['USE MODULES core, `my module`'],
  'load-module': ["LOAD MODULE hive WITH ('hive-version' = '3.1.3')", 'LOAD MODULE core'],
  'unload-module': ['UNLOAD MODULE core'],
  'add-jar': ["ADD JAR '/a b.jar'"],
  'remove-jar': ["REMOVE JAR 'a.jar'"],
  'set-option': ["SET 'a.b' = 'c'", 'SET'],
  'reset-option': ["RESET 'a.b'", 'RESET'],
  'show': [
    'SHOW CATALOGS',
    "SHOW CATALOGS LIKE 'a%'",
    'SHOW CURRENT CATALOG',
    'SHOW CURRENT DATABASE',
    "SHOW DATABASES IN c NOT LIKE 'x'",
    "SHOW TABLES FROM c.d ILIKE 'a%'",
    'SHOW VIEWS',
    "SHOW MATERIALIZED TABLES IN d LIKE 'x'",
    "SHOW COLUMNS IN c.d.t NOT LIKE 'x_'",
    "SHOW PARTITIONS t PARTITION (a = 1, b = '2')",
    "SHOW PROCEDURES IN d NOT ILIKE 'x'",
    'SHOW USER FUNCTIONS',
    "SHOW FUNCTIONS FROM d LIKE 'x'",
    'SHOW FULL MODULES',
    'SHOW MODULES',
    'SHOW JARS',
    'SHOW JOBS',
    'SHOW MODELS IN d',
    'SHOW CONNECTIONS',
    'SHOW CREATE TABLE c.d.t',
    'SHOW CREATE VIEW v',
    'SHOW CREATE CATALOG c',
    'SHOW CREATE MATERIALIZED TABLE t',
    'SHOW CREATE MODEL m',
    'SHOW CREATE CONNECTION c',
  ],
  'describe': [
    'DESCRIBE c.d.t',
    'DESC EXTENDED t',
    'DESC catalog',
    'DESCRIBE CATALOG EXTENDED c',
    'DESCRIBE DATABASE c.d',
    'DESCRIBE FUNCTION EXTENDED f',
    'DESCRIBE MODEL m',
    'DESCRIBE CONNECTION c',
    "DESCRIBE JOB '228d70913eab60dda85c5e7f78b5782c'",
  ],
  'explain': [
    'EXPLAIN SELECT 1',
    'EXPLAIN PLAN FOR INSERT INTO t SELECT 1',
    'EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, PLAN_ADVICE, JSON_EXECUTION_PLAN SELECT 1',
    'EXPLAIN STATE, CODEGEN, RULES SELECT 1',
    'EXPLAIN STATEMENT SET BEGIN INSERT INTO t SELECT 1; END',
    'EXPLAIN CREATE TABLE t AS SELECT 1',
  ],
  'compile-plan': [
    "COMPILE PLAN 'f.json' IF NOT EXISTS FOR INSERT INTO t SELECT 1",
    "COMPILE AND EXECUTE PLAN 'f.json' FOR STATEMENT SET BEGIN INSERT INTO t SELECT 1; END",
  ],
  'execute-plan': ["EXECUTE PLAN 'f.json'"],
  'analyze-table': [
    'ANALYZE TABLE t COMPUTE STATISTICS',
    'ANALYZE TABLE db.t PARTITION (a = 1, b) COMPUTE STATISTICS FOR COLUMNS a, b',
    'ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS',
  ],
  'stop-job': ["STOP JOB 'id'", "STOP JOB 'id' WITH SAVEPOINT WITH DRAIN"],
}

describe.each(Object.entries(examples))('%s', (kind, texts) => {
  test.each(texts)('%s', text => {
    const tree = parseStatement(text)
    expect(tree.kind).toBe(kind)
    expect(withoutSpans(parseStatement(unparse(tree)))).toEqual(withoutSpans(tree))
  })
})

test('keywords are words in any case', () => {
  const upper = "CREATE TABLE T (A INT) WITH ('K' = 'V')"
  const lower = "create table T (A int) with ('K' = 'V')"
  expect(withoutSpans(parseStatement(lower))).toEqual(withoutSpans(parseStatement(upper)))
})
