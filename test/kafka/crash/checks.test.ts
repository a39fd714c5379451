import { expect, test } from 'vitest'
import { memoryFiles } from '#src/base/memory-files.ts'
import { seededRandom } from '#src/base/random.ts'
import { checkWhole } from '../../simulation/committed.ts'
import type { Fate, SimulatedTransaction } from '../../simulation/transactional-producer.ts'
import { type CrashAt, crashing } from './crash-point.ts'
import { OffsetLedger } from './offset-ledger.ts'
import { endings, plan, points } from './plan.ts'
import { SeenPartition } from './readers.ts'

test('files crash at the time and the side they are told', async () => {
  const happened = async (at: CrashAt): Promise<string[]> => {
    const log: string[] = []
    const memory = memoryFiles()
    const files = crashing(memory, () => log.push('crash'))
    await files.makeDirectory('/data')
    const file = await files.open('/data/00000000000000000000.log', 'create')
    files.arm(at)
    for (const text of ['a', 'b']) {
      file.writeNow([Buffer.from(text)], 0)
      log.push(`wrote ${text}`)
      await files.sync([file], 'commit')
      log.push('synced')
    }
    return log
  }
  const point = 'records are written'
  expect(await happened({ point, time: 2, when: 'before' })).toEqual(['wrote a', 'synced', 'crash', 'wrote b', 'synced'])
  expect(await happened({ point: 'a round is synced', time: 1, when: 'behind' })).toEqual([
    'wrote a',
    'crash',
    'synced',
    'wrote b',
    'synced',
  ])
  expect(await happened({ point: 'a marker is written', time: 1, when: 'before' })).not.toContain('crash')
})

test('every place is planned on both sides', () => {
  const planned = plan(seededRandom(5))
  const seen = Array.from({ length: endings }, () => planned.next().value.ending)
  for (const point of points)
    for (const when of ['before', 'behind'])
      expect(seen.filter(one => one.kind === 'killed at' && one.at.point === point && one.at.when === when)).toHaveLength(1)
})

test('an offset that was acknowledged does not go back, one that was not may be either', () => {
  const ledger = new OffsetLedger()
  ledger.acknowledged(0, ledger.next(0))
  ledger.next(0)
  ledger.check('g', new Map([[0, 1]]))
  ledger.check('g', new Map([[0, 2]]))
  expect(() => ledger.check('g', new Map([[0, 1]]))).toThrow('offset 2 was acknowledged, now it is 1')
  expect(() => ledger.check('g', new Map())).toThrow('now it is -1')
  expect(() => ledger.check('g', new Map([[0, 3]]))).toThrow('nobody committed beyond 2')
})

test('what was read stays where it was', () => {
  const seen = new SeenPartition('t', 0)
  const see = (start: number, highWatermark: number, ...values: string[]) =>
    seen.see({ start, highWatermark, lastStable: highWatermark }, new Map(values.map((value, i) => [start + i, value])))
  see(0, 3, 'a', 'b', 'c')
  see(1, 4, 'b', 'c', 'd')
  expect(() => see(1, 3, 'b', 'c')).toThrow('ended at 4')
  expect(() => see(0, 4, 'a', 'b', 'c', 'd')).toThrow('began at 1')
  expect(() => see(1, 4, 'b', 'x', 'd')).toThrow('t-0@2 was c and is x')
  expect(() => see(1, 5, 'b', 'c', 'd')).toThrow('offset 4 is missing')
})

test('a transaction is there whole or not at all', () => {
  const transaction = (number: number, fate: Fate): SimulatedTransaction => ({
    number,
    values: new Map([
      [0, [`p:${number}:0`]],
      [1, [`p:${number}:1`]],
    ]),
    movesOffset: true,
    fate,
  })
  const check = (fates: readonly Fate[], moved: number | undefined, first: readonly string[], second: readonly string[]) => {
    const transactions = fates.map((fate, number) => transaction(number, fate))
    const found = new Map([
      [0, first],
      [1, second],
    ])
    checkWhole({ name: 'p', transactions }, found, moved)
    return transactions.map(({ fate }) => fate).join()
  }
  expect(check(['committed', 'aborted'], 0, ['p:0:0'], ['p:0:1'])).toBe('committed,aborted')
  expect(check(['unknown', 'unknown'], 1, ['p:1:0'], ['p:1:1'])).toBe('aborted,committed')
  expect(() => check(['unknown'], 0, ['p:0:0'], [])).toThrow('p:0 is committed; 1 of 2 are there')
  expect(() => check(['aborted'], undefined, ['p:0:0'], [])).toThrow('p:0 is aborted; 1 of 2 are there')
  expect(() => check(['committed'], undefined, ['p:0:0'], ['p:0:1'])).toThrow('the group is at undefined')
  expect(() => check(['committed', 'committed'], 1, ['p:1:0', 'p:0:0'], ['p:0:1', 'p:1:1'])).toThrow('partition 0')
})
