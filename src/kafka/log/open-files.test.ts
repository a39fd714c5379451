import { expect, test } from 'vitest'
import type { DataFile, Files } from '../../base/files.ts'
import { memoryFiles } from '../../base/memory-files.ts'
import { CachedFile, OpenFiles } from './open-files.ts'

const MB = 1024 * 1024
const PIECE = MB / 4

/** A file of 8 MB whose reads take so long, and how each piece was read. */
async function readings() {
  const disk = { ms: 0.1, nowMs: 0, reads: [] as ('now' | 'later')[] }
  const files = memoryFiles()
  await files.writeDurably('/log', new Uint8Array(8 * MB).fill(7))
  const timed = (file: DataFile): DataFile => {
    const pass = (how: 'now' | 'later') => {
      disk.nowMs += disk.ms
      disk.reads.push(how)
    }
    return {
      ...file,
      path: file.path,
      read: (into, position) => {
        pass('later')
        return file.read(into, position)
      },
      readNow: (into, position) => {
        pass('now')
        return file.readNow(into, position)
      },
      close: () => file.close(),
    }
  }
  const slow: Files = { ...files, open: async (path, how) => timed(await files.open(path, how)) }
  const clock = { nowMs: () => disk.nowMs, elapsedMs: () => disk.nowMs }
  const cached = new CachedFile('/log', new OpenFiles(slow, 4, clock))
  cached.pin()
  let position = 0
  const read = async (pieces: number) => {
    disk.reads = []
    for (let i = 0; i < pieces; i++, position += PIECE) {
      const into = new Uint8Array(PIECE)
      expect(await cached.read(into, position)).toBe(PIECE)
      expect(into.every(byte => byte === 7)).toBe(true)
    }
    return disk.reads.join(' ')
  }
  return { disk, read }
}

test('behind a fast read a megabyte is read at once, and then others get their turn', async () => {
  const { read } = await readings()
  expect(await read(11)).toBe('later now now now now later now now now now later')
})

test('reads that wait for the disk are handed over', async () => {
  const { disk, read } = await readings()
  disk.ms = 5
  expect(await read(3)).toBe('later later later')
  disk.ms = 0.1
  expect(await read(2)).toBe('later now')
  disk.ms = 5
  expect(await read(3)).toBe('now later later')
})
