import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Frame, FrameAssembler, FramePool } from './frame.ts'
import { MemoryBudget } from './memory-budget.ts'

const assembler = (budget = new MemoryBudget(1 << 30), maxBytes = 1 << 20) =>
  new FrameAssembler(() => maxBytes, budget, new FramePool())

const framed = (body: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(4 + body.length)
  new DataView(frame.buffer).setInt32(0, body.length)
  frame.set(body, 4)
  return frame
}

test('frames come out whole and in order, however the bytes are cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 200 })), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(framed))
      const frames = assembler()
      const received: Uint8Array[] = []
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        frames.push(stream.subarray(at, at + cut), frame => {
          received.push(Uint8Array.from(frame.bytes))
          frame.release()
        })
        at += cut
      }
      expect(received).toEqual(sent.map(body => Uint8Array.from(body)))
    }),
  )
})

test('a frame longer than allowed is refused by its length alone', () => {
  expect(() => assembler(undefined, 100).push(Uint8Array.of(0, 0, 0, 101), () => {})).toThrow(/101 bytes/)
  expect(() => assembler(undefined, 100).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff), () => {})).toThrow()
})

test('memory follows what arrives, not what is claimed', () => {
  const pool = new FramePool()
  const taken: number[] = []
  const take = pool.take.bind(pool)
  pool.take = bytes => {
    taken.push(bytes)
    return take(bytes)
  }
  const frames = new FrameAssembler(() => 100_000_000, new MemoryBudget(1 << 30), pool)
  frames.push(Uint8Array.of(5, 0, 0, 0, 1, 2, 3), () => {})
  expect(Math.max(...taken)).toBeLessThan(10_000)
})

test('the budget counts a frame until the last who looks into it has let go', () => {
  const budget = new MemoryBudget(1000)
  const frame = new Frame(new Uint8Array(600), budget)
  frame.retain()
  frame.release()
  expect(budget.usedBytes).toBe(600)
  frame.release()
  expect(budget.usedBytes).toBe(0)
})

test('memory of produce requests is used again, that of others is not', () => {
  const pool = new FramePool()
  const frames = new FrameAssembler(() => 1 << 20, new MemoryBudget(1 << 30), pool)
  const given: number[] = []
  pool.give = buffer => void given.push(buffer.byteLength)
  for (const key of [0, 1]) {
    const body = new Uint8Array(100_000)
    body[1] = key
    const stream = framed(body)
    given.length = 0
    frames.push(stream.subarray(0, 50_000), () => {})
    frames.push(stream.subarray(50_000), frame => frame.release())
    expect(given.includes(131_072)).toBe(key === 0)
  }
})

test('short produce requests lie together, and stay as they are until they are released', () => {
  const sizes = fc.array(fc.record({ size: fc.integer({ min: 3, max: 60_000 }), heldFor: fc.nat({ max: 40 }) }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(sizes, sent => {
      const frames = assembler()
      const held: { frame: Frame; mark: number; until: number }[] = []
      for (const [i, { size, heldFor }] of sent.entries()) {
        const body = new Uint8Array(size).fill((i % 255) + 1, 2)
        frames.push(framed(body), frame => held.push({ frame, mark: (i % 255) + 1, until: i + heldFor }), true)
        for (const { frame, mark } of held) expect([frame.bytes[2], frame.bytes.at(-1)]).toEqual([mark, mark])
        for (let j = held.length - 1; j >= 0; j--) if (held[j]!.until <= i) held.splice(j, 1)[0]!.frame.release()
      }
    }),
    { numRuns: 30 },
  )
})

test('a slab of short requests is written over once all of them are released', () => {
  const frames = assembler()
  const buffers = new Set<ArrayBufferLike>()
  for (let i = 0; i < 1000; i++) {
    frames.push(
      framed(new Uint8Array(5000)),
      frame => {
        buffers.add(frame.bytes.buffer)
        frame.release()
      },
      true,
    )
  }
  expect(buffers.size).toBeLessThan(5)
})

test('short requests that wait keep no more than some slabs', () => {
  const frames = assembler()
  const held: Frame[] = []
  const buffers = new Set<ArrayBufferLike>()
  // One in forty waits.
  for (let i = 0; i < 4000; i++) {
    const deliver = (frame: Frame) => {
      if (frame.bytes.buffer.byteLength > 200_000) buffers.add(frame.bytes.buffer)
      if (i % 40 === 0) held.push(frame)
      else frame.release()
    }
    frames.push(framed(new Uint8Array(4000)), deliver, true)
  }
  expect(held.length).toBe(100)
  expect(buffers.size).toBeLessThanOrEqual(32)
})
