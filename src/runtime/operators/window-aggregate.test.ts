import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSchema } from '../../data/notation.ts'
import { type Schema, types } from '../../data/type.ts'
import type { PhysicalOf, WindowSpec } from '../../planner/physical/plan.ts'
import { aggregateCall } from '../../testing/aggregate-calls.ts'
import { Run, type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings, histories, standing } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { WindowAggregate } from './window-aggregate.ts'
import { WindowTableFunction } from './window-table-function.ts'

const SECOND = 1000
const tumble: WindowSpec = { kind: 'tumble', sizeMs: 10 * SECOND, offsetMs: 0 }
const hop: WindowSpec = { kind: 'hop', slideMs: 5 * SECOND, sizeMs: 10 * SECOND, offsetMs: 0 }
const cumulate: WindowSpec = { kind: 'cumulate', stepMs: 5 * SECOND, maxSizeMs: 10 * SECOND, offsetMs: 0 }

const CLICKS = 'user STRING, n INT, at TIMESTAMP(3)'

interface Changes {
  readonly input?: string
  readonly zone?: string
  readonly emit?: 'watermark' | 'at-end'
  readonly retracting?: boolean
  readonly groupBy?: readonly number[]
  readonly properties?: PhysicalOf<'WindowAggregate'>['properties']
  readonly attached?: boolean
}

const windowColumns = { start: types.timestamp(3, false), end: types.timestamp(3, false) }

/** `SELECT user, <calls>, window_start, window_end … GROUP BY window_start, window_end, user` */
function windows(spec: WindowSpec, calls: readonly string[], changes: Changes = {}): Stage {
  const { input = CLICKS, zone, emit = 'watermark', retracting = false, groupBy = [0], attached = false } = changes
  const { properties = ['start', 'end'] } = changes
  const schema = attached ? [...parseSchema(input), ...attachedColumns(zone)] : parseSchema(input)
  const bound = calls.map(text => aggregateCall(schema, text))
  const time = zone === undefined ? types.timestamp(3, false) : types.timestampLtz(3, false)
  const output: Schema = [
    ...groupBy.map(i => schema[i]!),
    ...bound.map(call => ({ name: call.name, type: call.type })),
    ...properties.map(name => ({ name, type: { ...windowColumns, time }[name] })),
  ]
  const width = schema.length
  const window = attached
    ? ({ kind: 'attached', start: width - 3, end: width - 2, zone } as const)
    : ({ kind: 'assign', spec, time: 2, zone } as const)
  const node = planNode('WindowAggregate', [schema], output, { window, groupBy, calls: bound, properties, retracting, emit })
  return { inputs: [schema], output, build: context => new WindowAggregate(node, context) }
}

const attachedColumns = (zone: string | undefined): Schema => [
  { name: 'window_start', type: windowColumns.start },
  { name: 'window_end', type: windowColumns.end },
  { name: 'window_time', type: zone === undefined ? types.timestamp(3, false) : types.timestampLtz(3, false) },
]

/** `SELECT * FROM TUMBLE(clicks, at, …)` */
function tableFunction(spec: WindowSpec, zone?: string, input = CLICKS): Stage {
  const schema = parseSchema(input)
  const output = [...schema, ...attachedColumns(zone)]
  const node = planNode('WindowTableFunction', [schema], output, { window: spec, time: 2, zone })
  return { inputs: [schema], output, build: context => new WindowTableFunction(node, context) }
}

test('a window is told when the watermark has passed it, and a row after that is late', () => {
  const run = new Run(windows(tumble, ['COUNT(*)', 'SUM(n)'], { properties: ['start', 'end', 'time'] }))
  run.script(`
    +I ann 1 '1970-01-01 00:00:12.000'
    +I bob 2 '1970-01-01 00:00:05.000'
    +I ann 3 '1970-01-01 00:00:19.999'
    watermark 9998
    watermark 9999
    +I eve 4 '1970-01-01 00:00:09.999'
    +I ann 5 '1970-01-01 00:00:10.000'
    watermark 19999
  `)
  expect(run.text()).toMatchInlineSnapshot(`
    "watermark 9999
    +I bob 1 2 '1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:09.999'
    watermark 19999
    +I ann 3 9 '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'"
  `)
  expect(run.operator.report!()).toMatchObject({ lateRows: 1, stateRows: 0 })
})

test('a row is late by the watermark before it, also inside a chunk', () => {
  const run = new Run(windows(tumble, ['SUM(n)']))
  run.script(`
    +I ann 1 '1970-01-01 00:00:05.000'
    passing 9999
    +I ann 2 '1970-01-01 00:00:06.000'
    +I ann 3 '1970-01-01 00:00:16.000'
    end
  `)
  expect(run.text()).toMatchInlineSnapshot(`
    "+I ann 1 '1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000'
    end
    +I ann 3 '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000'"
  `)
  expect(run.operator.report!().lateRows).toBe(1)
})

test('a late row still goes into those of its windows that are open', () => {
  const script = `
    +I ann 1 '1970-01-01 00:00:12.000'
    watermark 15000
    +I ann 2 '1970-01-01 00:00:13.000'
    watermark 19999
    +I ann 4 '1970-01-01 00:00:13.000'
    end
  `
  expect(drive(windows(hop, ['SUM(n)']), script)).toMatchInlineSnapshot(`
    "watermark 15000
    +I ann 1 '1970-01-01 00:00:05.000' '1970-01-01 00:00:15.000'
    watermark 19999
    +I ann 3 '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000'"
  `)
  expect(drive(windows(cumulate, ['SUM(n)']), script)).toMatchInlineSnapshot(`
    "watermark 15000
    +I ann 1 '1970-01-01 00:00:10.000' '1970-01-01 00:00:15.000'
    watermark 19999
    +I ann 3 '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000'"
  `)
})

test('rows may be taken away; a window that has none left tells nothing', () => {
  const script = `
    +I ann 1 '1970-01-01 00:00:12.000'
    +I bob 2 '1970-01-01 00:00:13.000'
    --
    -U ann 1 '1970-01-01 00:00:12.000'
    +U ann 7 '1970-01-01 00:00:12.000'
    -D bob 2 '1970-01-01 00:00:13.000'
    snapshot
    +I ann 3 '1970-01-01 00:00:14.000'
    end
  `
  const calls = ['MIN(n)', 'MAX(n)', 'COUNT(DISTINCT n)']
  expect(drive(windows(tumble, calls, { retracting: true }), script)).toMatchInlineSnapshot(`
    "end
    +I ann 3 7 2 '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000'"
  `)
})

test('windows before 1970, and with an offset', () => {
  const script = `+I ann 1 '1969-12-31 23:59:59.999'\n+I ann 1 '1970-01-01 00:00:02.999'\n+I ann 1 '1970-01-01 00:00:03.000'\nend`
  expect(drive(windows({ ...tumble, offsetMs: 3 * SECOND }, ['COUNT(*)']), script)).toMatchInlineSnapshot(`
    "end
    +I ann 2 '1969-12-31 23:59:53.000' '1970-01-01 00:00:03.000'
    +I ann 1 '1970-01-01 00:00:03.000' '1970-01-01 00:00:13.000'"
  `)
  expect(drive(windows({ ...tumble, offsetMs: -7 * SECOND }, ['COUNT(*)']), script)).toBe(
    drive(windows({ ...tumble, offsetMs: 3 * SECOND }, ['COUNT(*)']), script),
  )
})

test('instants are in windows of the wall clock, also where it is set forward and back', () => {
  // Los Angeles: 2021-03-14 has no 2 o'clock, 2021-11-07 has 1 o'clock twice. As the real Flink answers.
  const input = 'user STRING, n INT, at TIMESTAMP_LTZ(3)'
  const times = [
    '03-14 08:30',
    '03-14 09:30',
    '03-14 10:30',
    '03-14 11:30',
    '11-07 07:30',
    '11-07 08:30',
    '11-07 09:30',
    '11-07 10:30',
  ]
  const script = times.map(t => `+I ann 1 '2021-${t}:00Z'`).join('\n')
  const hour: WindowSpec = { kind: 'tumble', sizeMs: 3600 * SECOND, offsetMs: 0 }
  const stage = windows(hour, ['COUNT(*)'], { input, zone: 'America/Los_Angeles', properties: ['start', 'end', 'time'] })
  expect(drive(stage, `${script}\nend`)).toMatchInlineSnapshot(`
    "end
    +I ann 1 '2021-03-14 00:00:00.000' '2021-03-14 01:00:00.000' '2021-03-14 08:59:59.999Z'
    +I ann 1 '2021-03-14 01:00:00.000' '2021-03-14 02:00:00.000' '2021-03-14 09:59:59.999Z'
    +I ann 1 '2021-03-14 03:00:00.000' '2021-03-14 04:00:00.000' '2021-03-14 10:59:59.999Z'
    +I ann 1 '2021-03-14 04:00:00.000' '2021-03-14 05:00:00.000' '2021-03-14 11:59:59.999Z'
    +I ann 1 '2021-11-07 00:00:00.000' '2021-11-07 01:00:00.000' '2021-11-07 07:59:59.999Z'
    +I ann 2 '2021-11-07 01:00:00.000' '2021-11-07 02:00:00.000' '2021-11-07 08:59:59.999Z'
    +I ann 1 '2021-11-07 02:00:00.000' '2021-11-07 03:00:00.000' '2021-11-07 10:59:59.999Z'"
  `)
  expect(drive(tableFunction(hour, 'America/Los_Angeles', input), script)).toMatchInlineSnapshot(`
    "+I ann 1 '2021-03-14 08:30:00.000Z' '2021-03-14 00:00:00.000' '2021-03-14 01:00:00.000' '2021-03-14 08:59:59.999Z'
    +I ann 1 '2021-03-14 09:30:00.000Z' '2021-03-14 01:00:00.000' '2021-03-14 02:00:00.000' '2021-03-14 09:59:59.999Z'
    +I ann 1 '2021-03-14 10:30:00.000Z' '2021-03-14 03:00:00.000' '2021-03-14 04:00:00.000' '2021-03-14 10:59:59.999Z'
    +I ann 1 '2021-03-14 11:30:00.000Z' '2021-03-14 04:00:00.000' '2021-03-14 05:00:00.000' '2021-03-14 11:59:59.999Z'
    +I ann 1 '2021-11-07 07:30:00.000Z' '2021-11-07 00:00:00.000' '2021-11-07 01:00:00.000' '2021-11-07 07:59:59.999Z'
    +I ann 1 '2021-11-07 08:30:00.000Z' '2021-11-07 01:00:00.000' '2021-11-07 02:00:00.000' '2021-11-07 08:59:59.999Z'
    +I ann 1 '2021-11-07 09:30:00.000Z' '2021-11-07 01:00:00.000' '2021-11-07 02:00:00.000' '2021-11-07 08:59:59.999Z'
    +I ann 1 '2021-11-07 10:30:00.000Z' '2021-11-07 02:00:00.000' '2021-11-07 03:00:00.000' '2021-11-07 10:59:59.999Z'"
  `)
})

/** A row in each of the two hours that begin at 1 o'clock, and a watermark between them. */
const aroundWatermark = (watermark: string) => `
  +I ann 1 '2021-11-07 08:30:00Z'
  watermark ${watermark}
  +I ann 1 '2021-11-07 09:30:00Z'
  end
`

test('an ambiguous window passes with its second end', () => {
  const input = 'user STRING, n INT, at TIMESTAMP_LTZ(3)'
  const hour: WindowSpec = { kind: 'tumble', sizeMs: 3600 * SECOND, offsetMs: 0 }
  const stage = windows(hour, ['COUNT(*)'], { input, zone: 'America/Los_Angeles' })
  expect(drive(stage, aroundWatermark('2021-11-07 09:00:00'))).toContain('+I ann 2 ')
  expect(drive(stage, aroundWatermark('2021-11-07 09:59:59.999'))).toContain('+I ann 1 ')
})

test('a table function gives each row its windows', () => {
  const script = `+I ann 1 '1970-01-01 00:00:12.000'\n-D ann 1 '1970-01-01 00:00:12.000'\n+I bob 3 '1970-01-01 00:00:04.999'`
  const shown = (spec: WindowSpec) => drive(tableFunction(spec), script)
  expect(shown(tumble)).toMatchInlineSnapshot(`
    "+I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:09.999'"
  `)
  expect(shown(hop)).toMatchInlineSnapshot(`
    "+I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    +I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:05.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:05.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:09.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1969-12-31 23:59:55.000' '1970-01-01 00:00:05.000' '1970-01-01 00:00:04.999'"
  `)
  expect(shown(cumulate)).toMatchInlineSnapshot(`
    "+I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    +I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:20.000' '1970-01-01 00:00:19.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1970-01-01 00:00:00.000' '1970-01-01 00:00:05.000' '1970-01-01 00:00:04.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1970-01-01 00:00:00.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:09.999'"
  `)
  expect(shown({ kind: 'hop', slideMs: 10 * SECOND, sizeMs: 5 * SECOND, offsetMs: 0 })).toMatchInlineSnapshot(`
    "+I ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    -D ann 1 '1970-01-01 00:00:12.000' '1970-01-01 00:00:10.000' '1970-01-01 00:00:15.000' '1970-01-01 00:00:14.999'
    +I bob 3 '1970-01-01 00:00:04.999' '1970-01-01 00:00:00.000' '1970-01-01 00:00:05.000' '1970-01-01 00:00:04.999'"
  `)
})

test('a row without a time fails a stream, and is in no window of a batch', () => {
  expect(() => drive(windows(tumble, ['COUNT(*)']), '+I ann 1 NULL')).toThrow('RowTime field should not be null')
  expect(drive(windows(tumble, ['COUNT(*)'], { emit: 'at-end' }), '+I ann 1 NULL\nend')).toBe('')
  expect(drive(tableFunction(hop), '+I ann 1 NULL')).toBe('')
})

const row = fc
  .tuple(fc.constantFrom('ann', 'bob', 'NULL'), fc.constantFrom('1', '2', 'NULL'), fc.integer({ min: -15, max: 30 }))
  .map(([user, n, second]) => `${user} ${n} ${at(second)}`)
const at = (second: number) => `'${new Date(second * SECOND).toISOString().replace('T', ' ').replace('Z', '')}'`
const calls = ['COUNT(*)', 'SUM(n)', 'MIN(n)', 'MAX(n)', 'COUNT(DISTINCT n)', 'AVG(n)']

/** The rows of a table function over `lines`, as lines for an operator behind it. */
const attachedRows = (spec: WindowSpec, lines: readonly string[]) =>
  lines.flatMap(line => {
    const row = line.slice(3)
    const key = `${spec.kind} ${row}`
    if (!attachedTo.has(key))
      attachedTo.set(
        key,
        drive(tableFunction(spec), `+I ${row}`)
          .split('\n')
          .map(out => out.slice(3)),
      )
    return attachedTo.get(key)!.map(out => `${line.slice(0, 2)} ${out}`)
  })
const attachedTo = new Map<string, string[]>()

describe('streaming equals batch', () => {
  test.each([tumble, hop, cumulate])('%o', spec => {
    fc.assert(
      fc.property(
        histories({ row, maxChanges: 30 }),
        fc.constantFrom(...feedings),
        fc.constantFrom([0], []),
        (history, feeding, groupBy) => {
          const batch = windows(spec, calls, { emit: 'at-end', groupBy })
          const rows = standing(history)
          const expected = tableOf(batch, rows.map(r => `+I ${r}`).join('\n'), { bounded: true })
          expect(tableOf(windows(spec, calls, { retracting: true, groupBy }), history.join('\n'), feeding)).toBe(expected)
          const attached = windows(spec, calls, { retracting: true, groupBy, attached: true })
          expect(tableOf(attached, attachedRows(spec, history).join('\n'), feeding)).toBe(expected)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('rows that no watermark made late are all there', () => {
    const times = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 })
    fc.assert(
      fc.property(times, fc.constantFrom(tumble, hop, cumulate), fc.constantFrom(...feedings), (seconds, spec, feeding) => {
        const delayed = seconds.flatMap((s, i) => [
          `+I ann ${s} ${at(s)}`,
          `watermark ${Math.max(...seconds.slice(0, i + 1)) * SECOND - 41 * SECOND}`,
        ])
        const all = seconds.map(s => `+I ann ${s} ${at(s)}`).join('\n')
        expect(tableOf(windows(spec, ['COUNT(*)', 'SUM(n)']), delayed.join('\n'), feeding)).toBe(
          tableOf(windows(spec, ['COUNT(*)', 'SUM(n)'], { emit: 'at-end' }), all),
        )
      }),
      { numRuns: 20 },
    )
  })
})
