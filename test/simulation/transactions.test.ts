import { expect, test } from 'vitest'
import { TransactionSimulation } from './transactions.ts'

test('transactions are whole, whatever crashes', async () => {
  let [crashes, committed, aborted] = [0, 0, 0]
  for (let seed = 1; seed <= 4; seed++) {
    const outcome = await new TransactionSimulation(seed).run().catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    crashes += outcome.crashes
    committed += outcome.committed
    aborted += outcome.aborted
  }
  expect(crashes).toBeGreaterThan(30)
  expect(committed).toBeGreaterThan(40)
  expect(aborted).toBeGreaterThan(40)
})
