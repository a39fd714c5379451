import { expect, test } from 'vitest'
import type { Chunk } from '../data/chunk.ts'
import { parseSchema } from '../data/notation.ts'
import type { Operator, Output } from '../runtime/dataflow/operator.ts'
import type { StateReader, StateWriter } from '../runtime/state/snapshot.ts'
import { checkSchema, checked } from './checks.ts'
import { type Stage, drive, tableOf } from './drive.ts'
import { planNode } from './plan-node.ts'

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

test('the plan says what an operator may tell', () => {
  const schema = parseSchema('user STRING, amount INT')
  const node = planNode('Union', [schema], schema, {})
  const build = () => checked(new Forward(), node)
  expect(drive({ inputs: [schema], output: schema, build }, '+I ann 5')).toBe('+I ann 5')
  expect(() => drive({ inputs: [schema], output: schema, build }, '+I ann 5\n-D ann 5')).toThrow('the plan has no -D here')
  expect(() => drive({ inputs: [schema], output: schema, build: narrow }, '+I ann 5')).toThrow(
    'rows come out as (user STRING NOT NULL',
  )
})

const narrow = () => checkSchema(new Forward(), parseSchema('user STRING NOT NULL, amount INT'))

class Forward implements Operator {
  onChunk(chunk: Chunk, _input: number, output: Output): void {
    output.emit(chunk)
  }
}

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
