/** The statements that `docs/sql.md` speaks of, one for each thing a reader may want to know about. */

/** Tables they are about: orders of a customer with their time, users, and a sink for each. */
export const setup = `
CREATE TABLE orders (
  id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen', 'number-of-rows' = '3', 'fields.customer.length' = '2');
CREATE TABLE users (name STRING, city STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
CREATE TABLE tagged (id INT, tags ARRAY<STRING>) WITH ('connector' = 'datagen', 'number-of-rows' = '3');
CREATE TABLE sink (customer STRING, n BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW large_orders AS SELECT * FROM orders WHERE amount > 100`

export const sections: readonly (readonly [string, readonly string[]])[] = [
  [
    'Queries',
    [
      'SELECT DISTINCT customer, amount * 2 AS twice FROM orders WHERE id > 1',
      'SELECT 1 AS a UNION ALL SELECT 2',
      'SELECT 1 AS a UNION SELECT 2',
      'SELECT 1 AS a INTERSECT SELECT 1',
      'SELECT 1 AS a EXCEPT SELECT 2',
      'SELECT 1 AS a EXCEPT ALL SELECT 2',
      "VALUES (1, 'a'), (2, 'b')",
      'WITH t AS (SELECT id FROM orders) SELECT COUNT(*) FROM t',
      'SELECT * FROM (SELECT id FROM orders) AS t',
      'SELECT id FROM orders ORDER BY ts',
      'SELECT id FROM orders ORDER BY amount',
      'SELECT id FROM orders ORDER BY amount LIMIT 2 OFFSET 1',
      'SELECT id FROM orders LIMIT 2',
      "SELECT * FROM orders /*+ OPTIONS('number-of-rows' = '1') */",
    ],
  ],
  [
    'Aggregation',
    [
      'SELECT customer, COUNT(*), SUM(amount) FROM orders GROUP BY customer HAVING COUNT(*) > 1',
      'SELECT COUNT(DISTINCT customer) FROM orders',
      'SELECT COUNT(*) FILTER (WHERE amount > 10) FROM orders',
      'SELECT customer, COUNT(*) FROM orders GROUP BY GROUPING SETS ((customer), ())',
      'SELECT customer, COUNT(*) FROM orders GROUP BY ROLLUP (customer)',
      'SELECT customer, COUNT(*) FROM orders GROUP BY CUBE (customer)',
      'SELECT id, SUM(amount) OVER (PARTITION BY customer ORDER BY ts) FROM orders',
      'SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY ts) AS r FROM orders) WHERE r <= 3',
      'SELECT id FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY customer ORDER BY ts) = 1',
    ],
  ],
  [
    'Windows',
    [
      "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
      "SELECT window_start, COUNT(*) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
      "SELECT window_start, COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
      "SELECT window_start, COUNT(*) FROM TABLE(SESSION(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end",
      "SELECT TUMBLE_START(ts, INTERVAL '1' HOUR), COUNT(*) FROM orders GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)",
    ],
  ],
  [
    'Joins',
    [
      'SELECT id, city FROM orders JOIN users ON customer = name AND amount > 1',
      'SELECT id, city FROM orders LEFT JOIN users ON customer = name',
      'SELECT id, city FROM orders RIGHT JOIN users ON customer = name',
      'SELECT id, city FROM orders FULL JOIN users ON customer = name',
      'SELECT id, city FROM orders CROSS JOIN users',
      'SELECT id FROM orders WHERE customer IN (SELECT name FROM users)',
      'SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM users WHERE name = customer)',
      'SELECT id FROM orders WHERE amount > (SELECT AVG(amount) FROM orders)',
      "SELECT a.id FROM orders a JOIN orders b ON a.id = b.id AND a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts",
      'SELECT id, city FROM orders JOIN users FOR SYSTEM_TIME AS OF orders.ts ON customer = name',
      'SELECT id, tag FROM tagged CROSS JOIN UNNEST(tags) AS t (tag)',
      'SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY ts MEASURES A.id AS a PATTERN (A) DEFINE A AS A.amount > 1)',
    ],
  ],
  [
    'Writing',
    [
      'INSERT INTO sink SELECT customer, COUNT(*) FROM orders GROUP BY customer',
      "INSERT INTO sink (customer) VALUES ('ann')",
      'EXECUTE STATEMENT SET BEGIN INSERT INTO sink SELECT customer, id FROM orders; INSERT INTO sink SELECT customer, 1 FROM orders; END',
      "CREATE TABLE copy WITH ('connector' = 'blackhole') AS SELECT id FROM orders",
      'INSERT OVERWRITE sink SELECT customer, id FROM orders',
      'DELETE FROM sink WHERE n = 1',
      'UPDATE sink SET n = 1',
      'TRUNCATE TABLE sink',
    ],
  ],
  [
    'Definitions',
    [
      "CREATE TABLE t (a INT, b AS a + 1, p STRING METADATA FROM 'file.path' VIRTUAL) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json')",
      "CREATE TEMPORARY TABLE t (a INT) WITH ('connector' = 'print')",
      'CREATE TABLE t LIKE orders',
      "CREATE OR REPLACE TABLE t WITH ('connector' = 'print') AS SELECT 1 AS a",
      'CREATE VIEW v AS SELECT id FROM orders',
      'ALTER TABLE orders RENAME TO purchases',
      'ALTER TABLE sink ADD note STRING',
      "ALTER TABLE orders SET ('number-of-rows' = '5')",
      'DROP TABLE IF EXISTS nothing',
      'CREATE DATABASE d',
      "CREATE CATALOG c WITH ('type' = 'generic_in_memory')",
      'USE CATALOG default_catalog',
      "CREATE FUNCTION f AS 'com.example.F'",
      "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT id FROM orders",
      "CREATE MODEL m WITH ('provider' = 'x')",
      'ANALYZE TABLE orders COMPUTE STATISTICS',
    ],
  ],
  [
    'Looking and settings',
    [
      'SHOW TABLES',
      'SHOW VIEWS',
      'SHOW DATABASES',
      'SHOW CATALOGS',
      'SHOW FUNCTIONS',
      'SHOW CREATE TABLE orders',
      'SHOW COLUMNS FROM orders',
      'SHOW JOBS',
      'DESCRIBE orders',
      'EXPLAIN SELECT id FROM orders',
      'EXPLAIN CHANGELOG_MODE, STATE SELECT customer, COUNT(*) FROM orders GROUP BY customer',
      'EXPLAIN CODEGEN SELECT id + 1 FROM orders',
      "SET 'table.local-time-zone' = 'Europe/Berlin'",
      "RESET 'table.local-time-zone'",
      "ADD JAR 'x.jar'",
    ],
  ],
]
