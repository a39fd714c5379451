import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timestampText, parseTimestampText } from './text-time.ts'
import { findZone, zoneOf } from './zone.ts'

const local = (zone: string, instant: string) => timestampText(BigInt(zoneOf(zone).toLocal(ms(instant))), 0)
const instant = (zone: string, text: string) => timestampText(BigInt(zoneOf(zone).toInstant(ms(text))), 0)
const ms = (text: string) => Number(parseTimestampText(text, 3))

test.each([
  ['Asia/Shanghai', '2020-01-01 00:00:00', '2020-01-01 08:00:00'],
  ['America/Los_Angeles', '2020-07-01 00:00:00', '2020-06-30 17:00:00'],
  ['America/Los_Angeles', '9999-07-01 00:00:00', '9999-06-30 17:00:00'],
  ['Asia/Kolkata', '2020-01-01 00:00:00', '2020-01-01 05:30:00'],
  ['Asia/Shanghai', '1890-01-01 00:00:00', '1890-01-01 08:05:43'],
  ['GMT+08:00', '2020-01-01 00:00:00', '2020-01-01 08:00:00'],
  ['UTC-1', '2020-01-01 00:00:00', '2019-12-31 23:00:00'],
  ['-03:30', '2020-01-01 00:00:00', '2019-12-31 20:30:00'],
])('in %s at %s the clock shows %s', (zone, at, shown) => {
  expect(local(zone, at)).toBe(shown)
  expect(instant(zone, shown)).toBe(at)
})

test('a local time that a clock skips is moved later by the gap', () =>
  expect(instant('America/Los_Angeles', '2020-03-08 02:30:00')).toBe('2020-03-08 10:30:00'))
test('of a local time that a clock shows twice the first is meant', () => {
  expect(instant('America/Los_Angeles', '2020-11-01 01:30:00')).toBe('2020-11-01 08:30:00')
  expect(local('America/Los_Angeles', '2020-11-01 09:30:00')).toBe('2020-11-01 01:30:00')
  expect(instant('America/Los_Angeles', '2020-11-01 02:00:00')).toBe('2020-11-01 10:00:00')
})

test('zones that are none are refused', () => {
  expect(['Europe/Atlantis', 'GMT+25', '', 'utc+x'].map(findZone)).toEqual([undefined, undefined, undefined, undefined])
  expect(() => zoneOf('Mars')).toThrow("there is no time zone 'Mars'")
})

test('the tables say what Intl says', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/Los_Angeles',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'America/Sao_Paulo',
  )
  const instants = fc.integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2099, 0, 1) / 1000 })
  fc.assert(
    fc.property(zones, instants, (id, second) => {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: id, dateStyle: 'short', timeStyle: 'medium' })
      const shown = zoneOf(id).toLocal(second * 1000)
      expect(timestampText(BigInt(shown), 0)).toBe(format.format(second * 1000))
      // There and back is the same instant, or the other of two with the same local time.
      expect(zoneOf(id).toLocal(zoneOf(id).toInstant(shown))).toBe(shown)
    }),
    { numRuns: 300 },
  )
})
