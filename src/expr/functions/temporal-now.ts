/**
 * What time it is. Streams ask the clock for each record; a batch query takes one time from start to end, but for
 * CURRENT_ROW_TIMESTAMP and PROCTIME.
 */
import { UnsupportedError } from '../../base/errors.ts'
import { timeOfMs, daysOfMs } from '../../data/calendar.ts'
import { type DataType, isTimestamp, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { zoneOf } from '../../data/zone.ts'
import type { ScalarFunction, SessionFacts } from '../function.ts'

const clock = (name: string, doc: string, type: DataType, read: (session: SessionFacts) => () => Value): ScalarFunction => ({
  name,
  signatures: [`${name}()`],
  doc,
  resolve([precision]) {
    if (precision !== undefined) throw new UnsupportedError(`${name} with a precision`)
    return { args: [], returns: type }
  },
  nulls: 'propagate',
  implement: ({ session }) => read(session),
  deterministic: false,
})

/** Milliseconds on the wall clock of the session. */
const localNow = ({ zone, nowMs }: SessionFacts): (() => number) => {
  const local = zoneOf(zone)
  return () => local.toLocal(nowMs())
}

const date = (session: SessionFacts) => {
  const now = localNow(session)
  return () => daysOfMs(now())
}
const time = (session: SessionFacts) => {
  const now = localNow(session)
  return () => Math.floor(timeOfMs(now()) / 1000) * 1000
}
const localTimestamp = (session: SessionFacts) => {
  const now = localNow(session)
  return () => BigInt(Math.floor(now()))
}
const instant = (session: SessionFacts) => () => BigInt(Math.floor(session.nowMs()))
const rowInstant = (session: SessionFacts) => () => BigInt(Math.floor(session.rowNowMs()))

const ltz = types.timestampLtz(3, false)

const never = (what: string) => (): never => {
  throw new UnsupportedError(what)
}

export const clockFunctions: readonly ScalarFunction[] = [
  clock('CURRENT_DATE', "Today's date in the session's time zone.", types.date(false), date),
  clock('CURRENT_TIME', "The time of day in the session's time zone.", types.time(0, false), time),
  clock('LOCALTIME', "The time of day in the session's time zone.", types.time(0, false), time),
  clock('LOCALTIMESTAMP', "Date and time in the session's time zone.", types.timestamp(3, false), localTimestamp),
  clock('CURRENT_TIMESTAMP', 'The present instant.', ltz, instant),
  clock('NOW', 'The present instant.', ltz, instant),
  clock('CURRENT_ROW_TIMESTAMP', 'The present instant, for each record.', ltz, rowInstant),
  clock('PROCTIME', 'The present instant, for each record; a column of it is a processing-time attribute.', ltz, rowInstant),
  {
    name: 'CURRENT_WATERMARK',
    signatures: ['CURRENT_WATERMARK(<TIMESTAMP>)'],
    doc: 'The watermark in force for a rowtime column, or NULL before the first one.',
    resolve: ([rowtime, ...more]) =>
      rowtime !== undefined && more.length === 0 && isTimestamp(rowtime.type)
        ? { args: [rowtime.type], returns: { ...rowtime.type, precision: 3, nullable: true } }
        : undefined,
    nulls: 'sees',
    implement: () => never('CURRENT_WATERMARK here'),
    deterministic: false,
  },
  {
    name: 'SOURCE_WATERMARK',
    signatures: ['SOURCE_WATERMARK()'],
    doc: 'The watermark that the source itself gives; only in a WATERMARK clause.',
    resolve: shapes => (shapes.length === 0 ? { args: [], returns: types.timestampLtz(3) } : undefined),
    nulls: 'sees',
    implement: () => never('SOURCE_WATERMARK here'),
    deterministic: false,
  },
]
