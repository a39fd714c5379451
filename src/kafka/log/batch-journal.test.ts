/** Batches of wide rounds, and what a start gets of them. */
import { expect, test } from 'vitest'
import type { Files } from '../../base/files.ts'
import { memoryFiles } from '../../base/memory-files.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import { BatchJournal } from './batch-journal.ts'

const TOPIC = 'AAAAAAAAAAAAAAAAAAAAAQ'
const DIRECTORY = '/batches'

const some = (length: number): Uint8Array => new Uint8Array(length).fill(length % 251)

async function written(...rounds: (readonly number[])[]) {
  const files = memoryFiles()
  const journal = await BatchJournal.open(files, DIRECTORY)
  for (const round of rounds) {
    for (const [partition, length] of round.entries()) journal.add(TOPIC, partition, [some(length)], length)
    expect(await journal.commit()).toBe(true)
  }
  return { files, journal }
}

/** Entries as a start finds them: partition and bytes. */
async function replayed(files: Files): Promise<string> {
  const found: string[] = []
  const journal = await BatchJournal.open(files, DIRECTORY)
  await journal.replay((topicId, partition, batches) => {
    expect(topicId).toBe(TOPIC)
    expect(Buffer.compare(batches, some(batches.length))).toBe(0)
    found.push(`${partition}:${batches.length}`)
    return undefined
  })
  return found.join(' ')
}

test('entries come back in their order, small and larger than what is read at once', async () => {
  const { files } = await written([100, 0, 3_000_000], [2_000_000, 9_000_000], [7])
  expect(await replayed(files)).toBe('0:100 1:0 2:3000000 0:2000000 1:9000000 0:7')
})

test('what a crash tore at the end is no entry', async () => {
  const { files } = await written([100, 200, 300])
  const file = await files.open(`${DIRECTORY}/00000001.batches`, 'write')
  const bytes = await file.bytes()
  for (const [cut, rest] of [
    [1, '0:100 1:200'],
    [301, '0:100 1:200'],
    [328, '0:100 1:200'],
    [329, '0:100'],
  ] as const) {
    await file.truncate(bytes - cut)
    expect(await replayed(files)).toBe(rest)
  }
})

test('files stay until recovery points are behind them', async () => {
  const { files, journal } = await written([100])
  const refused = journal.rotate()
  journal.add(TOPIC, 1, [some(5)], 5)
  await journal.commit()
  await refused(false)
  expect(await replayed(files)).toBe('0:100 1:5')
  const saved = journal.rotate()
  journal.add(TOPIC, 2, [some(6)], 6)
  await journal.commit()
  await saved(true)
  expect(await replayed(files)).toBe('2:6')
})

test('what an earlier start left goes with the first checkpoint', async () => {
  const { files } = await written([100])
  const journal = await BatchJournal.open(files, DIRECTORY)
  await journal.replay(() => undefined)
  await journal.rotate()(true)
  expect(await files.list(DIRECTORY)).toEqual([])
})

test('a rotation while the first round of a file is under way leaves it where it is', async () => {
  const files = memoryFiles()
  const journal = await BatchJournal.open(files, DIRECTORY)
  journal.add(TOPIC, 0, [some(9)], 9)
  const committing = journal.commit()
  const leave = journal.rotate()
  await committing
  journal.add(TOPIC, 1, [some(8)], 8)
  await journal.commit()
  await leave(true)
  expect(await replayed(files)).toBe('0:9 1:8')
})

test('a file whose first round found no room is durable with its second one', async () => {
  const disk = new SimulatedDisk(1, { capacityBytes: 100 })
  const journal = await BatchJournal.open(disk.mount(), DIRECTORY)
  journal.add(TOPIC, 0, [some(500)], 500)
  expect(await journal.commit()).toBe(false)
  disk.options.capacityBytes = 1000
  journal.add(TOPIC, 0, [some(50)], 50)
  expect(await journal.commit()).toBe(true)
  disk.crash()
  expect(await replayed(disk)).toBe('0:50')
})
