/** Rewrites that put the reason of a difference to the test. */
import { expect, test } from 'vitest'
import { differing, eager, towards1970, withNulls, withoutErrors } from './rewrite.ts'

test('eager: operands of COALESCE and IFNULL are computed', () => {
  expect(eager('SELECT COALESCE(a, b / c) AS o0, IFNULL(a, 1) FROM t GROUP BY COALESCE(a, b / c)')).toMatchInlineSnapshot(
    `"SELECT CASE WHEN b / c = b / c THEN COALESCE(a, b / c) ELSE COALESCE(a, b / c) END AS o0, CASE WHEN 1 = 1 THEN IFNULL(a, 1) ELSE IFNULL(a, 1) END FROM t GROUP BY CASE WHEN b / c = b / c THEN COALESCE(a, b / c) ELSE COALESCE(a, b / c) END"`,
  )
})

test('withoutErrors: divisions and casts give a value', () => {
  expect(withoutErrors('SELECT a / b, a % 2, CAST(s AS INT) FROM t')).toMatchInlineSnapshot(
    `"SELECT a / CASE WHEN b = 0 THEN 1 ELSE b END, a % CASE WHEN 2 = 0 THEN 1 ELSE 2 END, TRY_CAST(s AS INT) FROM t"`,
  )
})

test('towards1970: the next day before 1970', () => {
  expect(towards1970('SELECT CAST(t.ts AS DATE) AS d, CAST(t.ts AS TIME) FROM t')).toMatchInlineSnapshot(
    `"SELECT CASE WHEN TRY_CAST(t.ts AS TIMESTAMP(9)) < TIMESTAMP '1970-01-01 00:00:00' AND TRY_CAST(t.ts AS TIMESTAMP(9)) > FLOOR(TRY_CAST(t.ts AS TIMESTAMP(9)) TO DAY) THEN CAST(t.ts AS DATE) + INTERVAL '1' DAY ELSE CAST(t.ts AS DATE) END AS d, CAST(t.ts AS TIME) FROM t"`,
  )
})

test('differing: IS DISTINCT FROM as a comparison', () => {
  expect(differing('SELECT a FROM t WHERE a + 1 IS DISTINCT FROM b AND a IS NOT DISTINCT FROM c')).toMatchInlineSnapshot(
    `"SELECT a FROM t WHERE a + 1 <> b AND a = c"`,
  )
})

test('withNulls: what the condition says to be NULL is NULL', () => {
  const sql = 'SELECT t.c, COUNT(*) FROM t WHERE (CEIL(CAST(t.c AS DECIMAL(5, 2)))) IS NULL AND t.a > 1 GROUP BY t.c'
  expect(withNulls(sql)).toMatchInlineSnapshot(
    `"SELECT NULLIF(t.c, t.c), COUNT(*) FROM t WHERE CEIL(CAST(t.c AS DECIMAL(5, 2))) IS NULL AND t.a > 1 GROUP BY NULLIF(t.c, t.c)"`,
  )
  expect(withNulls('SELECT c FROM t WHERE CAST(c AS INT) IS NOT NULL')).toBe('SELECT c FROM t WHERE CAST(c AS INT) IS NOT NULL')
})
