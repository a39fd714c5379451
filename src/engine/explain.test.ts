/** EXPLAIN as a session answers it; the plans themselves are goldens in `test/plans`. */
import { expect, test } from 'vitest'
import { Session } from './session.ts'

async function explained(statement: string): Promise<string> {
  const session = new Session({ config: [['table.local-time-zone', 'UTC']] })
  const setup = `CREATE TABLE orders (item STRING, amount BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '1');`
  let text = ''
  for await (const outcome of session.execute(`${setup} ${statement}`)) if (outcome.kind === 'table') text = outcome.text ?? ''
  return text
}

test('CODEGEN prints each piece of code with its file', async () => {
  const text = await explained('EXPLAIN CODEGEN SELECT item, SUM(amount) FROM orders WHERE amount > 5 GROUP BY item')
  expect(text).toMatch(/== query-1\/calc-\d+\.js ==\nfunction calc\(/)
  expect(text).toContain('// WHERE amount > 5')
  expect(text).toMatch(/== query-1\/group-aggregate-\d+\/fold\.js ==/)
})

test('STATE names the tables and what bounds them', async () => {
  const text = await explained('EXPLAIN STATE SELECT item, SUM(amount) FROM orders GROUP BY item')
  expect(text).toMatch(/GroupAggregate {2}groups {2}item STRING → .* one row per group/)
})

test('a query is not run by explaining it', async () => {
  const failing = 'SELECT 1 / (amount - amount) FROM orders'
  expect(await explained(`EXPLAIN ${failing}`)).toContain('== Optimized Execution Plan ==')
})

test.each(['ESTIMATED_COST', 'PLAN_ADVICE', 'JSON_EXECUTION_PLAN'])('%s is not supported and says so', async detail => {
  await expect(explained(`EXPLAIN ${detail} SELECT 1`)).rejects.toThrow(`EXPLAIN ${detail} is not supported yet`)
})
