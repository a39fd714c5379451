import { expect, test } from 'vitest'
import type { Chunk } from '../data/chunk.ts'
import type { Operator, Output } from '../runtime/dataflow/operator.ts'
import type { StateReader, StateWriter } from '../runtime/state/snapshot.ts'
import { type Stage, drive, tableOf } from './drive.ts'

test('a script goes in, what comes out stands behind the line that brought it', () => {
  expect(
    drive(
      delay(),
      `
      +I ann 5
      watermark 12:00
      +I bob 1
      -D bob 1
      --
      end
    `,
    ),
  ).toMatchInlineSnapshot(`
    "watermark 12:00
    +I ann 5
    end
    +I bob 1
    -D bob 1"
  `)
})

test('what an operator keeps is all that survives', () => {
  const script = `
    +I ann 5
    snapshot
    +I bob 1
  `
  expect(() => drive(delay(), script)).toThrow('a delay keeps nothing')
})

test('a row that is not there is not taken away', () => {
  expect(() => tableOf(delay(), '-D ann 5')).toThrow('what is taken away is there, unlike: -D ann 5')
  expect(() => tableOf(delay(), '+U ann 5')).toThrow('a +U follows its -U, unlike: +U ann 5')
  expect(tableOf(delay(), '+I ann 5\n+I ann 5\n-U ann 5\n+U ann 6')).toBe('ann 5\nann 6')
})

test('by key, the last row stands', () => {
  const upserts = { ...delay(), changes: { key: [0] } }
  expect(tableOf(upserts, '+I ann 5\n+U ann 6\n+U bob 1\n-D bob 1')).toBe('ann 6')
  expect(() => tableOf(upserts, '+I ann 5\n+I ann 6')).toThrow('a +I brings a key that is not there')
})

/** Holds chunks back until event time moves. */
function delay(): Stage {
  class Delay implements Operator {
    #kept: Chunk[] = []
    onChunk(chunk: Chunk): void {
      this.#kept.push(chunk)
    }
    onWatermark(_timeMs: number, output: Output): void {
      for (const chunk of this.#kept) output.emit(chunk)
      this.#kept = []
    }
    snapshot(_writer: StateWriter): void {
      for (const chunk of this.#kept) chunk.release()
    }
    restore(_reader: StateReader): void {
      throw new Error('a delay keeps nothing')
    }
  }
  return { inputs: ['user STRING, amount INT'], output: 'user STRING, amount INT', build: () => new Delay() }
}
