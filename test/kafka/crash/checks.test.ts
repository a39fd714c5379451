import { expect, test } from 'vitest'
import { memoryFiles } from '#src/base/memory-files.ts'
import { seededRandom } from '#src/base/random.ts'
import { checkWhole } from '../../simulation/committed.ts'
import type { Fate, SimulatedTransaction } from '../../simulation/transactional-producer.ts'
import { type TestRecord, settled, testBroker } from '#src/testing/broker.ts'
import { type CrashAt, crashing } from './crash-point.ts'
import { CrashKeyedProducer } from './keyed-producer.ts'
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
    seen.see(
      { start, highWatermark, lastStable: highWatermark },
      values.map((value, i) => ({ offset: start + i, key: null, value })),
    )
  see(0, 3, 'a', 'b', 'c')
  see(1, 4, 'b', 'c', 'd')
  expect(() => see(1, 3, 'b', 'c')).toThrow('ended at 4')
  expect(() => see(0, 4, 'a', 'b', 'c', 'd')).toThrow('began at 1')
  expect(() => see(1, 4, 'b', 'x', 'd')).toThrow('t-0@2 was c and is x')
  expect(() => see(1, 5, 'b', 'c', 'd')).toThrow('offset 4 is missing')
})

test('of a key its latest version is there', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('t')
  const producer = new CrashKeyedProducer('t', seededRandom(1))
  const alive = { now: true }
  const running = producer.run(client, alive)
  const records = async () => (await client.fetch('t', 0)).records
  while ((await records()).every(({ value }) => value !== null)) await settled()
  alive.now = false
  await running
  const all = await records()
  producer.check(all)
  const last = (one: TestRecord) => all.findLast(({ key }) => key === one.key) === one
  producer.check(all.filter(last))
  const { key } = all.find(({ value }) => value === null)!
  // A tombstone may be gone, and what it stands for may not come back.
  const tombstone = all.findLastIndex(record => record.key === key && record.value === null)
  producer.check(all.filter((record, i) => record.key !== key || i > tombstone || (i === tombstone && last(record))))
  for (const [i, record] of all.entries())
    if (last(record)) {
      const lost = () => producer.check(all.filter((_, j) => j !== i))
      if (record.value !== null || all.some((other, j) => j < i && other.key === record.key))
        expect(lost).toThrow('was acknowledged')
    }
  expect(() => producer.check([...all, all[0]!])).toThrow('follows')
  await broker.stop()
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
