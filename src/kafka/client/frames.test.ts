import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferPool } from '../../data/pool.ts'
import { type FrameMemory, ResponseFrames, SLACK } from './frames.ts'

const framed = (frames: readonly Uint8Array[]) =>
  Buffer.concat(
    frames.flatMap(frame => [Uint8Array.of(frame.length >> 24, frame.length >> 16, frame.length >> 8, frame.length), frame]),
  )

test('frames come out as they went in, however the bytes arrive', () => {
  const frames = fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { maxLength: 10 })
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, sizes) => {
      const bytes = framed(sent)
      const received: Uint8Array[] = []
      const into = new ResponseFrames()
      for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!)
        into.push(bytes.subarray(at, at + sizes[i % sizes.length]!), frame => received.push(new Uint8Array(frame)))
      expect(received).toEqual(sent)
    }),
  )
})

test('long frames stay as they are until they are let go, and then their memory is used again', () => {
  const pool = new BufferPool({ poison: true })
  const buffers = new Set<ArrayBufferLike>()
  const into = new ResponseFrames(() => pool)
  const held: { readonly frame: Uint8Array; readonly memory: FrameMemory; readonly mark: number }[] = []
  for (let i = 0; i < 200; i++) {
    const bytes = framed([new Uint8Array(100_000 + 37 * i).fill(i + 1)])
    const deliver = (frame: Uint8Array, memory?: FrameMemory) => held.push({ frame, memory: memory!, mark: i + 1 })
    for (let at = 0; at < bytes.length; at += 30_000) into.push(bytes.subarray(at, at + 30_000), deliver)
    buffers.add(held.at(-1)!.frame.buffer)
    for (const { frame, mark } of held) expect([frame[0], frame.at(-1)]).toEqual([mark, mark])
    while (held.length > i % 7) held.splice(i % held.length, 1)[0]!.memory.release()
  }
  expect(buffers.size).toBeLessThan(10)
})

test('of a buffer that is written over, frames are copies', () => {
  const shared = framed([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)])
  const received: Uint8Array[] = []
  new ResponseFrames().push(shared, frame => received.push(frame), true)
  shared.fill(0)
  expect(received.map(frame => [...frame])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ])
})

test('behind a frame that was put together there is room to read words', () => {
  const into = new ResponseFrames()
  const bytes = framed([new Uint8Array(1000)])
  let frame: Uint8Array | undefined
  into.push(bytes.subarray(0, 10), f => (frame = f))
  into.push(bytes.subarray(10), f => (frame = f))
  expect(frame!.buffer.byteLength - frame!.byteOffset - frame!.length).toBeGreaterThanOrEqual(SLACK)
})

test('what is claimed is not allocated', () => {
  const into = new ResponseFrames()
  const before = process.memoryUsage().arrayBuffers
  into.push(Uint8Array.of(0x7f, 0xff, 0xff, 0xf0, 1, 2, 3), () => expect.unreachable())
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
  expect(() => new ResponseFrames().push(Uint8Array.of(0xff, 0, 0, 0), () => undefined)).toThrow('a response of -16777216 bytes')
})
