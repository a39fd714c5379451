import { expect, test } from 'vitest'
import { type Operator, MAX_WATERMARK } from '../dataflow/operator.ts'
import { GraphNode } from './graph.ts'

/** An operator that tells what it is told. */
function recorder(own: Partial<Operator> = {}): { operator: Operator; told: string[] } {
  const told: string[] = []
  const operator: Operator = {
    onChunk: chunk => chunk.release(),
    onWatermark: timeMs => void told.push(`${timeMs}`),
    onEnd: input => void told.push(`end ${input}`),
    ...own,
  }
  return { operator, told }
}

function join() {
  const sink = recorder()
  const both = recorder()
  const node = new GraphNode(1, 'join', both.operator, 2)
  const below = new GraphNode(2, 'sink', sink.operator, 1)
  node.connect(below, 0)
  return { node, both, sink }
}

test('the watermark is the least of the inputs', () => {
  const { node, both, sink } = join()
  node.advance(0, 10)
  expect(both.told).toEqual([])
  node.advance(1, 5)
  node.advance(1, 20)
  node.advance(0, 9)
  expect(both.told).toEqual(['5', '10'])
  expect(sink.told).toEqual(['5', '10'])
})

test('an idle input holds nobody back, until it speaks', () => {
  const { node, both, sink } = join()
  node.advance(0, 10)
  node.setIdle(1, true)
  expect(both.told).toEqual(['10'])
  node.advance(1, 12)
  node.advance(0, 20)
  expect(sink.told).toEqual(['10', '12'])
})

test('an input that has ended is infinitely far; the end is passed on once all have ended', () => {
  const { node, both, sink } = join()
  node.advance(0, 10)
  node.advance(1, MAX_WATERMARK)
  node.end(1)
  node.end(1)
  node.advance(0, 30)
  expect(sink.told).toEqual(['10', '30'])
  node.advance(0, MAX_WATERMARK)
  node.end(0)
  expect(both.told).toEqual(['10', 'end 1', '30', 'Infinity', 'end 0'])
  expect(sink.told).toEqual(['10', '30', 'Infinity', 'end 0'])
})

test('who makes event time ends that from above, and brings out what it held back with a period', () => {
  let heldMs = 0
  const { operator } = recorder({ currentWatermark: period => (period === true ? heldMs : Number.NEGATIVE_INFINITY) })
  const node = new GraphNode(1, 'assigner', operator, 1)
  const sink = recorder()
  node.connect(new GraphNode(2, 'sink', sink.operator, 1), 0)
  node.advance(0, 99)
  heldMs = 7
  expect(sink.told).toEqual([])
  node.tick()
  node.advance(0, MAX_WATERMARK)
  expect(sink.told).toEqual(['7', 'Infinity'])
})

test('a node is done when all who read it are', () => {
  let full = false
  const top = new GraphNode(1, 'source', recorder().operator, 1)
  top.connect(new GraphNode(2, 'limit', recorder({ done: () => full }).operator, 1), 0)
  top.connect(new GraphNode(3, 'limit', recorder({ done: () => true }).operator, 1), 0)
  expect(top.done).toBe(false)
  full = true
  expect(top.done).toBe(true)
})

test('progress survives a checkpoint as plain JSON', () => {
  const { node } = join()
  node.advance(0, 10)
  const { node: again, both } = join()
  again.restoreProgress(JSON.parse(JSON.stringify(node.progress())))
  again.advance(1, 15)
  expect(both.told).toEqual(['10'])
})
