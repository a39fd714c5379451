import { expect, test } from 'vitest'
import { complete, isWholeScript } from './completion.ts'
import { Session } from './session.ts'

async function session(): Promise<Session> {
  const made = new Session()
  const script =
    "CREATE TABLE orders (id INT, amount INT) WITH ('connector' = 'datagen'); CREATE VIEW ordered AS SELECT id FROM orders"
  for await (const outcome of made.execute(script)) expect(outcome.kind).toBe('done')
  return made
}

test.each([
  ['SELECT * FROM or', 'or', ['ordered', 'orders']],
  ['SELECT id FROM orders WHERE amo', 'amo', ['amount']],
  ['SELECT 1 FROM orders o WHERE o.a', 'o.a', ['o.amount']],
  ['DESCRIBE ordered', 'ordered', ['ordered']],
  ["SET 'execution.runtime", 'execution.runtime', ["execution.runtime-mode'"]],
])('%s', async (text, word, candidates) => {
  const found = complete(await session(), text)
  expect([found.word, found.candidates.toSorted()]).toEqual([word, candidates])
})

test('keywords and functions keep the case they are written in', async () => {
  const made = await session()
  expect(complete(made, 'sele').candidates).toContain('select')
  expect(complete(made, 'SELECT UPP').candidates).toContain('UPPER')
  expect(complete(made, '')).toEqual({ word: '', candidates: [] })
})

test.each([
  ['SELECT 1', false],
  ['SELECT 1;', true],
  ["SELECT ';", false],
  ['SELECT 1; -- and more', true],
  ['/* SELECT 1;', false],
  ['SELECT 1; SELECT', false],
  ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1;', false],
  ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;', true],
  ['EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;', true],
  ['', false],
])('%s is whole: %s', (text, whole) => expect(isWholeScript(text)).toBe(whole))
