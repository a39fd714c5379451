import { expect, test } from 'vitest'
import { Simulation } from './simulation.ts'

test('records stay, whatever the disk does', async () => {
  let [crashes, records] = [0, 0]
  // A disk that loses power, one that fills up, and one that fails syncs.
  for (const seed of [1, 3, 4]) {
    const outcome = await new Simulation(seed).run().catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    crashes += outcome.crashes
    records += outcome.records
  }
  expect(crashes).toBeGreaterThan(10)
  expect(records).toBeGreaterThan(300)
})
