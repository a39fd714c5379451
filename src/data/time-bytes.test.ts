import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addMonths,
  civilDay,
  civilMonth,
  civilOf,
  civilYear,
  dayOfYear,
  daysOf,
  isoDayOfWeek,
  isoWeek,
  isoYear,
} from './calendar.ts'
import { dateText, timeText, timestampText } from './text-time.ts'
import { textBytes } from './text.ts'
import {
  LETTER_T,
  SPACE,
  cutMs,
  cutNanos,
  loadMs,
  readDate,
  readTime,
  readTimestamp,
  storeMs,
  writeDate,
  writeTime,
  writeTimestamp,
} from './time-bytes.ts'

const days = fc.integer({ min: -719528, max: 2932896 })
const millis = fc.integer({ min: -62167219200000, max: 253402300799999 })
const into = new Int32Array(2)
const written = (write: (bytes: Uint8Array) => number) => {
  const bytes = new Uint8Array(64)
  return Buffer.from(bytes.subarray(3, write(bytes))).toString()
}

test('days and dates are the same thing', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), day => {
      const civil = civilOf(day)
      const utc = new Date(day * 86_400_000)
      expect([civilYear(civil), civilMonth(civil), civilDay(civil)]).toEqual([
        utc.getUTCFullYear(),
        utc.getUTCMonth() + 1,
        utc.getUTCDate(),
      ])
      expect(daysOf(civilYear(civil), civilMonth(civil), civilDay(civil))).toBe(day)
    }),
  )
})

test.each([
  ['2018-12-31', 2019, 1, 1, 365],
  ['2021-01-03', 2020, 53, 7, 3],
  ['2020-02-29', 2020, 9, 6, 60],
])('%s lies in the ISO week %i-%i, day %i of the week and %i of the year', (text, year, week, weekday, yearday) => {
  const [y, m, d] = text.split('-').map(Number) as [number, number, number]
  const day = daysOf(y, m, d)
  expect([isoYear(day), isoWeek(day), isoDayOfWeek(day), dayOfYear(day)]).toEqual([year, week, weekday, yearday])
})

test('months are added with the end of the month held', () => {
  expect(dateText(addMonths(daysOf(2020, 1, 31), 1))).toBe('2020-02-29')
  expect(dateText(addMonths(daysOf(2020, 3, 31), -13))).toBe('2019-02-28')
  expect(dateText(addMonths(daysOf(2020, 12, 15), 1))).toBe('2021-01-15')
})

test('dates and times are read and written', () => {
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 86_399_999 }), (day, ms) => {
      const date = written(bytes => writeDate(bytes, 3, day))
      expect(date).toBe(dateText(day))
      expect(readDate(textBytes(date), 0, 10, into, 1) && into[1]).toBe(day)
      const time = written(bytes => writeTime(bytes, 3, ms, 0, 3, 3))
      expect(time).toBe(timeText(ms, 3))
      expect(readTime(textBytes(time), 0, 12, into, 0) && into[0]).toBe(ms)
    }),
  )
  expect(dateText(-719529)).toBe('-0001-12-31')
  expect(written(bytes => writeDate(bytes, 3, -719529))).toBe('-0001-12-31')
  expect(written(bytes => writeDate(bytes, 3, 2932897))).toBe('+10000-01-01')
  expect(
    ['2020-02-30', '2020-13-01', '2020-1-01', '2020/01/01', ''].map(t => readDate(textBytes(t), 0, t.length, into, 0)),
  ).toEqual(Array(5).fill(false))
  expect(
    ['24:00:00', '23:60:00', '23:00:60', '1:00:00', '10:00', '10:00:00.', '10:00:00.1234567890'].map(t =>
      readTime(textBytes(t), 0, t.length, into, 0),
    ),
  ).toEqual([false, false, false, false, false, true, false])
})

test('timestamps are read and written', () => {
  const longs = new BigInt64Array(2)
  const halves = new Int32Array(longs.buffer)
  fc.assert(
    fc.property(millis, fc.integer({ min: 0, max: 999_999 }), fc.boolean(), (ms, nanos, zulu) => {
      const text = written(bytes => writeTimestamp(bytes, 3, ms, nanos, 9, 9, SPACE, zulu))
      expect(text).toBe(timestampText(BigInt(ms) * 1_000_000n + BigInt(nanos), 9) + (zulu ? 'Z' : ''))
      const short = textBytes(written(bytes => writeTimestamp(bytes, 3, ms, nanos, 0, 9, LETTER_T, zulu)))
      expect(readTimestamp(short, 0, short.length, LETTER_T, zulu, halves, into, 1)).toBe(true)
      expect([longs[1], into[1], loadMs(halves, 1)]).toEqual([BigInt(ms), nanos, ms])
      storeMs(ms, halves, 0)
      expect(longs[0]).toBe(BigInt(ms))
      expect(readTimestamp(short, 0, short.length, SPACE, zulu, halves, into, 1)).toBe(false)
    }),
  )
  expect(written(bytes => writeTimestamp(bytes, 3, 120, 0, 0, 9, LETTER_T, true))).toBe('1970-01-01T00:00:00.12Z')
  expect(written(bytes => writeTimestamp(bytes, 3, 0, 0, 0, 9, SPACE, false))).toBe('1970-01-01 00:00:00')
})

test('what a precision does not keep is cut off', () => {
  expect([cutMs(-1, 0), cutMs(1999, 0), cutMs(1234, 1), cutMs(1234, 3)]).toEqual([-1000, 1000, 1200, 1234])
  expect([cutNanos(123456, 3), cutNanos(123456, 4), cutNanos(123456, 6), cutNanos(123456, 9)]).toEqual([
    0, 100000, 123000, 123456,
  ])
})
