import { describe, expect, test } from 'vitest'
import { nodeDisk } from '../../base/disk.ts'
import { memoryFiles } from '../../base/memory-files.ts'
import { Folder } from '../../testing/script.ts'
import { type Checkpoint, CheckpointStore, readCheckpoint } from './checkpoint.ts'

const checkpoint = (id: number): Checkpoint => ({
  id,
  sources: { 1: { position: { offset: 24 }, ended: false } },
  sinks: { 3: ['part-0'] },
  operators: {
    'Calc-2': { signature: 'Calc', sections: new Map() },
    'GroupAggregate-2': {
      signature: 'GroupAggregate',
      sections: new Map([
        ['odd', Uint8Array.of(1, 2, 3)],
        ['numbers', new Uint8Array(Float64Array.of(1.5, -2).buffer)],
      ]),
    },
  },
  job: { mode: 'streaming' },
})

test('what was written is read, from the checkpoint or from the directory above it', async () => {
  await using folder = await Folder.create()
  const store = new CheckpointStore(nodeDisk, folder.path)
  await store.write(checkpoint(7))
  for (const path of [folder.path, store.pathOf(7)]) {
    const read = await readCheckpoint(nodeDisk, path)
    expect(read).toMatchObject(checkpoint(7))
    // A section has memory of its own, so that typed arrays may look into it.
    const { buffer } = read.operators['GroupAggregate-2']!.sections.get('numbers')!
    expect([...new Float64Array(buffer as ArrayBuffer)]).toEqual([1.5, -2])
  }
})

test('the newest ones are kept', async () => {
  const disk = memoryFiles()
  const store = new CheckpointStore(disk, '/c', { retained: 2 })
  for (const id of [8, 9, 10, 11]) await store.write(checkpoint(id))
  expect((await disk.list('/c')).toSorted()).toEqual(['chk-10', 'chk-11'])
  expect(await store.newest()).toBe(11)
})

test('one that was not finished does not count', async () => {
  const disk = memoryFiles()
  const store = new CheckpointStore(disk, '/c')
  await store.write(checkpoint(1))
  const failing = { ...disk, rename: () => Promise.reject(new Error('ENOSPC: no space left on device')) }
  await expect(new CheckpointStore(failing, '/c').write(checkpoint(2))).rejects.toMatchObject({ code: 'CHECKPOINT_WRITE' })
  expect((await readCheckpoint(disk, '/c')).id).toBe(1)
  // What it left is in nobody's way.
  await store.write(checkpoint(2))
  expect((await readCheckpoint(disk, '/c')).id).toBe(2)
})

const spoiled = async (name: string, bytes: Uint8Array | undefined) => {
  const disk = memoryFiles()
  await new CheckpointStore(disk, '/c').write(checkpoint(1))
  if (bytes === undefined) await disk.remove(`/c/chk-1/${name}`)
  else await disk.writeDurably(`/c/chk-1/${name}`, bytes)
  return readCheckpoint(disk, '/c')
}
const text = (value: string) => new TextEncoder().encode(value)

describe('what can not be read is told', () => {
  test.each([
    ['metadata.json', text('{"version": 1, "id'), 'CHECKPOINT_CORRUPT'],
    ['metadata.json', text('{"version": 99}'), 'CHECKPOINT_VERSION'],
    ['GroupAggregate-2.state', text('short'), 'CHECKPOINT_CORRUPT'],
    ['GroupAggregate-2.state', undefined, 'CHECKPOINT_CORRUPT'],
  ])('%s', async (name, bytes, code) => expect(spoiled(name, bytes)).rejects.toMatchObject({ code }))

  test('nothing there', async () =>
    expect(readCheckpoint(memoryFiles(), '/c')).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' }))
})
