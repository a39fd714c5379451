import { describe, expect, test } from 'vitest'
import { types } from '../../data/type.ts'
import { input } from '../../expr/expr.ts'
import { type Stage, Run, drive } from '../../testing/drive.ts'
import { planNode } from '../../testing/plan-node.ts'
import { WatermarkAssigner } from './watermark-assigner.ts'

const script = `
  +I 1970-01-01T12:00:05.000 1970-01-01T12:00:00.000
  +I 1970-01-01T12:00:05.100 1970-01-01T12:00:00.100
  +I 1970-01-01T12:00:14.000 1970-01-01T12:00:09.000
  +I 1970-01-01T12:00:06.000 NULL
  +I 1970-01-01T12:00:14.100 1970-01-01T12:00:09.100
`

test('a large step is in force at once, a small one waits for its period', () => {
  const run = new Run(assigner(), { watermarks: true })
  run.script(script)
  expect(run.text()).toMatchInlineSnapshot(`
    "+I '1970-01-01 12:00:05.000' '1970-01-01 12:00:00.000' @ none
    +I '1970-01-01 12:00:05.100' '1970-01-01 12:00:00.100' @ 12:00
    +I '1970-01-01 12:00:14.000' '1970-01-01 12:00:09.000' @ 12:00
    +I '1970-01-01 12:00:06.000' NULL @ 12:00:09.000
    +I '1970-01-01 12:00:14.100' '1970-01-01 12:00:09.100' @ 12:00:09.000
      watermark 12:00:09.000"
  `)
  expect(run.operator.currentWatermark!(true)).toBe(Date.UTC(1970, 0, 1, 12, 0, 9, 100))
})

test('what a row arrived under does not hang on chunks and restarts', () => {
  const whole = rows(drive(assigner(), script, { watermarks: true }))
  expect(rows(drive(assigner(), script, { watermarks: true, chunkRows: 1, restore: true }))).toEqual(whole)
  expect(rows(drive(assigner(), script, { watermarks: true, chunkRows: 2 }))).toEqual(whole)
})

describe('of several splits', () => {
  const splits = `
    splits 0 1
    split 0
    +I 1970-01-01T12:00:09 1970-01-01T12:00:04
    split 1
    +I 1970-01-01T12:00:02 1970-01-01T11:59:57
    +I 1970-01-01T12:00:20 1970-01-01T12:00:15
    +I 1970-01-01T12:00:03 1970-01-01T11:59:58
    split 0
    +I 1970-01-01T12:00:10 1970-01-01T12:00:05
  `

  test('the least is in force', () => {
    expect(drive(assigner(), splits, { watermarks: true })).toMatchInlineSnapshot(`
      "split 0
      +I '1970-01-01 12:00:09.000' '1970-01-01 12:00:04.000' @ none
        watermark none
      split 1
      +I '1970-01-01 12:00:02.000' '1970-01-01 11:59:57.000' @ none
      +I '1970-01-01 12:00:20.000' '1970-01-01 12:00:15.000' @ 11:59:57.000
      +I '1970-01-01 12:00:03.000' '1970-01-01 11:59:58.000' @ 12:00:04.000
        watermark 12:00:04.000
      split 0
      +I '1970-01-01 12:00:10.000' '1970-01-01 12:00:05.000' @ 12:00:04.000
        watermark 12:00:05.000"
    `)
  })

  test('chunks and restarts change nothing', () => {
    const whole = rows(drive(assigner(), splits, { watermarks: true }))
    expect(rows(drive(assigner(), splits, { watermarks: true, chunkRows: 1 }))).toEqual(whole)
    expect(rows(drive(assigner(), splits, { watermarks: true, chunkRows: 2, restore: true }))).toEqual(whole)
  })

  test('one without rows holds all back, until it is idle or ends; with its next row it does again', () => {
    const script = `
      splits 0 1
      split 0
      +I 1970-01-01T12:00:09 1970-01-01T12:00:04
      splits 0
      +I 1970-01-01T12:00:10 1970-01-01T12:00:05
      split 1
      +I 1970-01-01T12:00:05 1970-01-01T12:00:00
      split 0
      +I 1970-01-01T12:00:20 1970-01-01T12:00:15
    `
    expect(drive(assigner(), script, { watermarks: true })).toMatchInlineSnapshot(`
      "split 0
      +I '1970-01-01 12:00:09.000' '1970-01-01 12:00:04.000' @ none
        watermark none
      splits 0
      +I '1970-01-01 12:00:10.000' '1970-01-01 12:00:05.000' @ 12:00:04.000
        watermark 12:00:05.000
      split 1
      +I '1970-01-01 12:00:05.000' '1970-01-01 12:00:00.000' @ 12:00:05.000
        watermark 12:00:05.000
      split 0
      +I '1970-01-01 12:00:20.000' '1970-01-01 12:00:15.000' @ 12:00:05.000
        watermark 12:00:05.000"
    `)
  })

  test('with the period small steps of all come into force', () => {
    const run = new Run(assigner())
    run.script(splits)
    expect(run.operator.currentWatermark!()).toBe(Date.UTC(1970, 0, 1, 12, 0, 5))
    run.script('split 0\n+I 1970-01-01T12:00:10.100 1970-01-01T12:00:05.100')
    expect(run.operator.currentWatermark!()).toBe(Date.UTC(1970, 0, 1, 12, 0, 5))
    expect(run.operator.currentWatermark!(true)).toBe(Date.UTC(1970, 0, 1, 12, 0, 5, 100))
  })
})

test('with an interval of 0 every step is in force at once', () => {
  expect(drive(assigner(0), script, { watermarks: true, chunkRows: 1 })).toContain("'1970-01-01 12:00:09.000' @ 12:00:00.100")
})

test('before 1970 there is no event time', () => {
  expect(drive(assigner(), '+I 1969-12-31T00:00:00 1969-12-31T00:00:00', { watermarks: true })).toContain('watermark none')
})

test('a row without a time fails', () => {
  expect(() => drive(assigner(), '+I NULL NULL')).toThrow('RowTime field should not be null')
})

/** WATERMARK FOR at AS proposal */
function assigner(watermarkIntervalMs = 200): Stage {
  const schema = 'at TIMESTAMP(3), proposal TIMESTAMP(3)'
  const node = planNode('WatermarkAssigner', [schema], schema, {
    column: 0,
    expr: input(1, types.timestamp(3)),
    idleTimeoutMs: 0,
  })
  return { inputs: [schema], output: schema, build: context => new WatermarkAssigner(node, { ...context, watermarkIntervalMs }) }
}

const rows = (text: string) => text.split('\n').filter(line => line.startsWith('+I'))
