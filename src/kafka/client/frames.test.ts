import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ResponseFrames, SLACK } from './frames.ts'

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
