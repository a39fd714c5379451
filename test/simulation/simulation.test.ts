import { expect, test } from 'vitest'
import { Simulation } from './simulation.ts'

test('records stay, whatever the disk does', async () => {
  let [crashes, records] = [0, 0]
  // One seed in five has a disk that fills up, one a disk that fails syncs.
  for (let seed = 1; seed <= 5; seed++) {
    const outcome = await new Simulation(seed).run().catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    crashes += outcome.crashes
    records += outcome.records
  }
  expect(crashes).toBeGreaterThan(15)
  expect(records).toBeGreaterThan(500)
})
