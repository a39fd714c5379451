import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

const some = (mark: number): Uint8Array => new Uint8Array(100_000).fill(mark)

test('what lies in turn is one piece; a slab is used again when the round that wrote it is over', () => {
  const stage = new Stage()
  const [first, second, third] = [1, 2, 3].map(mark => stage.copy(some(mark), 0, 100_000))
  expect(second!.byteOffset - first!.byteOffset).toBe(100_000)
  expect(third!.buffer).not.toBe(first!.buffer)
  const over = stage.beginRound()
  const later = [4, 5, 6].map(mark => stage.copy(some(mark), 0, 100_000))
  expect(later.some(copy => copy.buffer === first!.buffer)).toBe(false)
  expect([first![0], second![0], third![0]]).toEqual([1, 2, 3])
  over()
  const again = [7, 8].map(mark => stage.copy(some(mark), 0, 100_000))
  expect(again.some(copy => copy.buffer === first!.buffer)).toBe(true)
  const long = new Uint8Array(300_000).fill(9)
  expect(Buffer.compare(stage.copy(long, 0, 300_000), long)).toBe(0)
})
