/** Queries that once broke: each file of `found` is a script with the rows it must leave, in both modes and any chunking. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerOver } from '../random/run.ts'
import { parseScript } from '../random/script.ts'

const directory = 'test/programs/found'
const files = readdirSync(directory).filter(file => file.endsWith('.sql'))

describe.each(files)('%s', file => {
  const script = parseScript(readFileSync(join(directory, file), 'utf8'))

  test.each([
    ['batch', 1024, []],
    ['streaming', 1, [3]],
    ['streaming', 7, []],
    ['streaming', 1024, [1]],
  ] as const)('%s, chunks of %i', async (mode, chunkRows, crashes) => {
    const answer = await answerOver(script, { mode, chunkRows, crashes })
    expect(answer).toMatchObject({ kind: 'table', missing: [] })
    if (answer.kind !== 'table') return
    const rows = answer.rows.map(cells => cells.map(cell => cell ?? 'NULL').join(' '))
    expect(rows.toSorted()).toEqual(script.expected.toSorted())
  })
})

test('there are scripts', () => {
  expect(files.length).toBeGreaterThan(0)
})
