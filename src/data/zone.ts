/**
 * Time zones as tables of transitions: built once per zone from `Intl`, then binary search over numbers.
 *
 *     const berlin = zoneOf('Europe/Berlin')
 *     berlin.toLocal(instantMs)        // what the wall clock shows, as if it were UTC
 *     berlin.toInstant(localMs)        // and back, by the rules of java.time
 *
 * All times are milliseconds as safe integers. A local time that a clock skips (spring) is moved later by the length of
 * the gap; one that it shows twice (autumn) is the first of the two. Generated code may hold a zone and call its methods:
 * they allocate nothing, and remember the stretch that the last one fell into.
 */
import { SqlError } from '../base/errors.ts'
import { MS_PER_DAY, civilOf, civilYear, daysOf, isLeapYear, isoDayOfWeek } from './calendar.ts'

export interface Zone {
  /** As it was asked for. */
  readonly id: string
  /** What to add to an instant to get local time. */
  offsetAt(instantMs: number): number
  toLocal(instantMs: number): number
  toInstant(localMs: number): number
}

/** One offset for ever. */
class FixedZone implements Zone {
  readonly id: string
  readonly #offset: number

  constructor(id: string, offset: number) {
    this.id = id
    this.#offset = offset
  }

  offsetAt(): number {
    return this.#offset
  }

  toLocal(instantMs: number): number {
    return instantMs + this.#offset
  }

  toInstant(localMs: number): number {
    return localMs - this.#offset
  }
}

/** Stretch i reaches from `starts[i]` (inclusive) to `starts[i + 1]`; the first starts at -Infinity. */
interface Stretches {
  readonly starts: Float64Array
  readonly offsets: Float64Array
}

class RuledZone implements Zone {
  readonly id: string
  readonly #byInstant: Stretches
  readonly #byLocal: Stretches
  #lastInstant = 0
  #lastLocal = 0

  constructor(id: string, transitions: Stretches) {
    this.id = id
    this.#byInstant = transitions
    this.#byLocal = localStretches(transitions)
  }

  offsetAt(instantMs: number): number {
    const ms = instantMs < LAST_MS ? instantMs : alike(instantMs)
    const { starts, offsets } = this.#byInstant
    if (!within(starts, this.#lastInstant, ms)) this.#lastInstant = stretchOf(starts, ms)
    return offsets[this.#lastInstant]!
  }

  toLocal(instantMs: number): number {
    return instantMs + this.offsetAt(instantMs)
  }

  toInstant(localMs: number): number {
    const ms = localMs < LAST_MS ? localMs : alike(localMs)
    const { starts, offsets } = this.#byLocal
    if (!within(starts, this.#lastLocal, ms)) this.#lastLocal = stretchOf(starts, ms)
    return localMs - offsets[this.#lastLocal]!
  }
}

const within = (starts: Float64Array, i: number, ms: number): boolean =>
  ms >= starts[i]! && (i + 1 === starts.length || ms < starts[i + 1]!)

/** The last stretch that starts at or before `ms`. */
function stretchOf(starts: Float64Array, ms: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= ms) low = middle
    else high = middle
  }
  return low
}

/**
 * The same stretches by wall clock. A transition takes effect when the clock shows its instant in the larger of the two
 * offsets: with that one rule gaps shift later and of two equal local times the first is meant.
 */
function localStretches({ starts, offsets }: Stretches): Stretches {
  return { offsets, starts: starts.map((start, i) => (i === 0 ? start : start + Math.max(offsets[i - 1]!, offsets[i]!))) }
}

/** The table ends here. Years beyond it are like one of the last 28, in which every weekday meets every length of year. */
const LAST_YEAR = 2100
const LAST_MS = Date.UTC(LAST_YEAR, 0, 1)
const FIRST_MS = Date.UTC(1840, 0, 1)

/** For 1 January on a Monday to Sunday, in common and in leap years: a year before LAST_YEAR of the same shape. */
const shapes = new Map<number, number>()
const shapeOf = (year: number): number => isoDayOfWeek(daysOf(year, 1, 1)) * 2 + (isLeapYear(year) ? 1 : 0)
for (let year = LAST_YEAR - 28; year < LAST_YEAR; year++) shapes.set(shapeOf(year), year)

/** The same time of a year that the table knows. */
function alike(ms: number): number {
  const year = civilYear(civilOf(Math.floor(ms / MS_PER_DAY)))
  return ms - (daysOf(year, 1, 1) - daysOf(shapes.get(shapeOf(year))!, 1, 1)) * MS_PER_DAY
}

/** Some zones go to winter time for the month of Ramadan alone: no stretch that counts is shorter than this. */
const SAMPLE_MS = 14 * MS_PER_DAY

/** Reads the transitions of a zone that `Intl` knows; throws `RangeError` for others. Takes some 20 ms. */
function readTransitions(id: string): Stretches {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' })
  const starts = [-Infinity]
  const offsets = [offsetFrom(format, FIRST_MS)]
  for (let ms = FIRST_MS; ms < LAST_MS; ms += SAMPLE_MS) {
    const offset = offsetFrom(format, ms + SAMPLE_MS)
    if (offset === offsets.at(-1)) continue
    starts.push(firstWith(format, ms, ms + SAMPLE_MS, offset))
    offsets.push(offset)
  }
  return { starts: Float64Array.from(starts), offsets: Float64Array.from(offsets) }
}

/** The first second after `before`, up to `after`, with the offset of `after`. */
function firstWith(format: Intl.DateTimeFormat, before: number, after: number, offset: number): number {
  let [low, high] = [before / 1000, after / 1000]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetFrom(format, middle * 1000) === offset) high = middle
    else low = middle
  }
  return high * 1000
}

/** From `3/31/1843, GMT-07:52:58`; plain GMT is none. */
function offsetFrom(format: Intl.DateTimeFormat, ms: number): number {
  const [, sign, hours, minutes, seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(ms)) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}

/** Names that Java knows and `Intl` does not, or means otherwise. */
const javaNames: Readonly<Record<string, string>> = {
  Z: 'UTC',
  UT: 'UTC',
  ACT: 'Australia/Darwin',
  AET: 'Australia/Sydney',
  AGT: 'America/Argentina/Buenos_Aires',
  ART: 'Africa/Cairo',
  AST: 'America/Anchorage',
  BET: 'America/Sao_Paulo',
  BST: 'Asia/Dhaka',
  CAT: 'Africa/Harare',
  CNT: 'America/St_Johns',
  CST: 'America/Chicago',
  CTT: 'Asia/Shanghai',
  EAT: 'Africa/Addis_Ababa',
  ECT: 'Europe/Paris',
  IET: 'America/Indiana/Indianapolis',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  MIT: 'Pacific/Apia',
  NET: 'Asia/Yerevan',
  NST: 'Pacific/Auckland',
  PLT: 'Asia/Karachi',
  PNT: 'America/Phoenix',
  PRT: 'America/Puerto_Rico',
  PST: 'America/Los_Angeles',
  SST: 'Pacific/Guadalcanal',
  VST: 'Asia/Ho_Chi_Minh',
}

/** Milliseconds of `+8`, `-08:00`, `+0530`, with or without GMT, UTC or UT in front; undefined for anything else. */
function fixedOffset(id: string): number | undefined {
  const [, sign, hours, minutes = '0', seconds = '0'] = /^(?:GMT|UTC|UT)?([+-])(\d\d?)(?::?(\d\d)(?::?(\d\d))?)?$/.exec(id) ?? []
  if (sign === undefined || Number(hours) > 18 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return size > 18 * 3600 ? undefined : (sign === '-' ? -1000 : 1000) * size || 0
}

export const UTC: Zone = new FixedZone('UTC', 0)
const known = new Map<string, Zone | undefined>([['UTC', UTC]])

/** The zone of this name (`Europe/Berlin`, `UTC`, `GMT+08:00`, `-03:30`); undefined when there is none. */
export function findZone(id: string): Zone | undefined {
  if (!known.has(id)) known.set(id, makeZone(id))
  return known.get(id)
}

/** The zone of this name. Throws `SqlError` UNKNOWN_TIME_ZONE. */
export function zoneOf(id: string): Zone {
  const zone = findZone(id)
  if (zone !== undefined) return zone
  throw new SqlError('UNKNOWN_TIME_ZONE', `there is no time zone '${id}'`, undefined, {
    hint: "a time zone is a name such as 'America/Los_Angeles' or an offset such as 'GMT-08:00'",
  })
}

function makeZone(id: string): Zone | undefined {
  const offset = fixedOffset(id)
  if (offset !== undefined) return new FixedZone(id, offset)
  try {
    const transitions = readTransitions(Object.hasOwn(javaNames, id) ? javaNames[id]! : id)
    return transitions.starts.length === 1 ? new FixedZone(id, transitions.offsets[0]!) : new RuledZone(id, transitions)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
