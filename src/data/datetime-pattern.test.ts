import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DateTimePattern } from './datetime-pattern.ts'
import { simpleDateFormat } from './simple-date-format.ts'
import { dateText, parseTimestampText, timestampText } from './text-time.ts'
import { UTC, zoneOf } from './zone.ts'

const at = (text: string): readonly [number, number] => {
  const value = parseTimestampText(text, 9)!
  const nanos = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n
  return [Number((value - nanos) / 1_000_000n), Number(nanos)]
}
const shown = (time: { readonly ms: number; readonly nanos: number } | undefined) =>
  time && timestampText(BigInt(time.ms) * 1_000_000n + BigInt(time.nanos), 9)

// What Flink 2.3 answers for DATE_FORMAT.
test.each([
  ['G y yy yyyy u uuuu M MM MMM MMMM d dd D DDD', 'AD 2018 18 2018 2018 2018 3 03 Mar March 4 04 63 063'],
  ['E EEEE a h hh H k K m s S SSS n A', 'Sun Sunday PM 1 01 13 13 1 2 3 1 123 123456789 46923123'],
  ['Q QQ QQQ w ww e c W F', '1 01 Q1 10 10 1 1 2 4'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS [x] 'it''s'", "2018-03-04T13:02:03.123456789  it's"],
])('2018-03-04 13:02:03.123456789 as %s is %s', (pattern, text) =>
  expect(new DateTimePattern(pattern).format(...at('2018-03-04 13:02:03.123456789'))).toBe(text),
)

test.each([
  ['0001-01-01 00:00:00', 'Y-ww yy', '1-01 01'],
  ['2018-12-31 00:00:00', 'Y-ww', '2019-01'],
  ['2017-01-01 00:00:00', 'Y-ww', '2017-01'],
])('%s as %s is %s', (time, pattern, text) => expect(new DateTimePattern(pattern).format(...at(time))).toBe(text))

test.each(['foo', 'ddd', "'open", ']', '{'])('%s is no pattern', pattern =>
  expect(() => new DateTimePattern(pattern)).toThrow(pattern),
)
test('a zone can be read but not written', () => {
  expect(() => new DateTimePattern('z').format(0, 0)).toThrow("can't be written")
  expect(shown(new DateTimePattern("yyyy-MM-dd'T'HH:mm:ssX").parse('2018-01-01T00:00:00Z'))).toBe('2018-01-01 00:00:00.000000000')
})

test.each([
  ['14/Mar/2018 5 PM', 'dd/MMM/yyyy h a', '2018-03-14 17:00:00'],
  ['18', 'yy', '2018-01-01 00:00:00'],
  ['2018 074', 'yyyy DDD', '2018-03-15 00:00:00'],
  ['12:30', 'HH:mm', '1970-01-01 12:30:00'],
  ['5', 'd', '1970-01-05 00:00:00'],
  ['24', 'HH', '1970-01-01 00:00:00'],
  ['20180101103000', 'yyyyMMddHHmmss', '2018-01-01 10:30:00'],
  ['2018-01-01', 'yyyy-MM-dd[ HH:mm:ss]', '2018-01-01 00:00:00'],
  ['2018 W05 1', "YYYY 'W'ww e", '2018-01-28 00:00:00'],
  ['2018-01-01 03', 'yyyy-MM-dd hh', '2018-01-01 00:00:00'],
  ['Thursday, 4 January 2018', 'EEEE, d MMMM yyyy', '2018-01-04 00:00:00'],
  ['01:30 PM', 'hh:mm a', '1970-01-01 13:30:00'],
  ['2018-02-31', 'yyyy-MM-dd', '2018-02-28 00:00:00'],
  ['20000202 59:59.1234567', 'yyyyMMdd mm:ss.SSSSSSS', '2000-02-02 00:59:59.1234567'],
  ['1234567', 'SSSSSSS', '1970-01-01 00:00:00.1234567'],
  ['20180101103000123', 'yyyyMMddHHmmssSSS', '2018-01-01 10:30:00.123'],
])('%s by %s is %s', (text, pattern, time) =>
  expect(shown(new DateTimePattern(pattern).parse(text))).toBe(
    time.padEnd(19).replace(/^(.{19})\.?(\d*)$/, (_, a: string, f: string) => `${a}.${f.padEnd(9, '0')}`),
  ),
)

test.each([
  ['2018-3-4', 'yyyy-MM-dd'],
  ['Friday, 4 January 2018', 'EEEE, d MMMM yyyy'],
  ['2018-01-01 13', 'yyyy-MM-dd hh'],
  ['2018-01-01 3', 'yyyy-MM-dd KK'],
  ['99999-01-01', 'yyyy-MM-dd'],
  ['2018-01-01 x', 'yyyy-MM-dd'],
  ['0000-01-01', 'yyyy-MM-dd'],
  ['jan', 'MMM'],
  ['2018-13-01', 'yyyy-MM-dd'],
  ['2018-01-01 00:00:00.123', 'yyyy-MM-dd HH:mm:ss.SSSSSS'],
])('%s does not fit %s', (text, pattern) => expect(new DateTimePattern(pattern).parse(text)).toBeUndefined())

test('what a full pattern writes it reads', () => {
  const patterns = [
    'yyyy-MM-dd HH:mm:ss.SSSSSSSSS',
    'yyyyMMddHHmmssSSSSSSSSS',
    "d MMMM uuuu, hh:mm:ss.SSSSSSSSS a EEEE 'Q'Q",
    'D yyyy N',
  ].map(p => new DateTimePattern(p))
  fc.assert(
    fc.property(
      fc.integer({ min: -62135596800000, max: 253402300799999 }),
      fc.integer({ min: 0, max: 999_999 }),
      fc.constantFrom(...patterns),
      (ms, nanos, pattern) => {
        expect(pattern.parse(pattern.format(ms, nanos))).toEqual({ ms, nanos })
      },
    ),
  )
})

test('the older formats write their own letters', () =>
  expect(
    simpleDateFormat('G y yy yyyy u M MM MMM MMMM d dd D DDD E EEEE a h hh H k K m s S SSS w ww W F Y z Z X XX XXX L').format(
      ...([at('2018-03-04 13:02:03')[0], UTC] as const),
    ),
  ).toBe('AD 2018 18 2018 7 3 03 Mar March 4 04 63 063 Sun Sunday PM 1 01 13 13 1 2 3 0 000 10 10 2 1 2018 UTC +0000 Z Z Z 3'))

test.each([
  ['2018-02-31 01:00:00', 'yyyy-MM-dd HH:mm:ss', '2018-03-03 01:00:00'],
  ['2018-13-01 25:00:00 x', 'yyyy-MM-dd HH:mm:ss', '2019-01-02 01:00:00'],
  ['14 mar 2018', 'd MMM yyyy', '2018-03-14 00:00:00'],
  ['18', 'yy', '2018-01-01 00:00:00'],
  ['80', 'yy', '1980-01-01 00:00:00'],
  ['20180314', 'yyyyMMdd', '2018-03-14 00:00:00'],
  ['2018-03-14 01:02:03 PM', 'yyyy-MM-dd hh:mm:ss a', '2018-03-14 13:02:03'],
  ['2018-01-01 01:02:03.1234', 'yyyy-MM-dd HH:mm:ss.SSS', '2018-01-01 01:02:04'],
  ['2018-03-14 01:02:03 +0800', 'yyyy-MM-dd HH:mm:ss Z', '2018-03-13 17:02:03'],
  ['2018-01-01 PST', 'yyyy-MM-dd z', '2018-01-01 08:00:00'],
  ['2018 074', 'yyyy DDD', '2018-03-15 00:00:00'],
])('leniently %s by %s is %s', (text, pattern, time) => {
  const ms = simpleDateFormat(pattern).parse(text, UTC, Date.UTC(2025, 5, 1))
  expect(ms === undefined ? undefined : timestampText(BigInt(ms), 0)).toBe(time)
})

test('the older formats know zones', () => {
  const format = simpleDateFormat('yyyy-MM-dd HH:mm:ss z Z')
  expect(format.format(1111885200000, zoneOf('MET'))).toMatch(/^2005-03-27 03:00:00 .* \+0200$/)
  expect(simpleDateFormat('yyyy-MM-dd HH:mm:ss').parse('2005-03-27 02:00:00', zoneOf('MET'), 0)).toBe(1111885200000)
  expect(simpleDateFormat('yyyy').parse('x', UTC, 0)).toBeUndefined()
  expect(dateText(0)).toBe('1970-01-01')
})
