import { expect, test } from 'vitest'
import { CompactionSimulation } from './compaction.ts'
import { KeyedHistory } from './keyed-history.ts'

test('compaction loses nothing and brings nothing back, whatever crashes', async () => {
  let [crashes, compactions, compacted] = [0, 0, 0]
  for (const seed of [3, 4]) {
    const outcome = await new CompactionSimulation(seed).run().catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    crashes += outcome.crashes
    compactions += outcome.compactions
    compacted += outcome.compacted
  }
  expect(crashes).toBeGreaterThan(20)
  expect(compactions).toBeGreaterThan(50)
  expect(compacted).toBeGreaterThan(500)
})

/** `2 a=1`: at offset 2; `a=` is a tombstone. */
const records = (text: string) =>
  [...text.matchAll(/(\d+) (\w)=(\w*)/g)].map(([, offset, key, value]) => ({
    offset: Number(offset),
    key: key!,
    value: value === '' ? null : value!,
  }))

function historyOf(text: string): KeyedHistory {
  const history = new KeyedHistory(1000)
  for (const record of records(text)) history.note(record.offset, record, 'committed', 0)
  return history
}

test.each([
  ['0 a=1  1 b=2  2 a=3', '1 b=2  2 a=3', undefined],
  ['0 a=1  1 b=2  2 a=3', '2 a=3', '1 b=2 is lost'],
  ['0 a=1  1 a=', '1 a=', undefined],
  ['0 a=1  1 a=', '', undefined],
  ['0 a=1  1 a=', '0 a=1', '0 a is there, and the later tombstone 1 is not'],
  ['0 a=1', '0 a=2', '0 a=2 was a=1'],
])('written %s, found %s', (written, found, fault) => {
  const check = () => historyOf(written).check(records(found), 3, 1000, true)
  if (fault === undefined) check()
  else expect(check).toThrow(fault)
})

test('what was gone does not come back, and tombstones do not go early', () => {
  const history = historyOf('0 a=1  1 a=2')
  history.check(records('1 a=2'), 2, 0, true)
  expect(() => history.check(records('0 a=1  1 a=2'), 2, 0, true)).toThrow('0 a=1 came back')
  expect(() => historyOf('0 a=1  1 a=').check([], 2, 999, true)).toThrow('the tombstone 1 a went too early')
})
