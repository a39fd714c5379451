/**
 * Datetimes from text and as text. Two generations of Java's patterns are at work, as in Flink: DATE_FORMAT of a
 * timestamp, TO_TIMESTAMP and TO_TIMESTAMP_LTZ go by `DateTimeFormatter`, the others by the lenient `SimpleDateFormat`.
 *
 *     TO_TIMESTAMP('2018-02-31 01:00:00')                   2018-02-28 01:00:00.000
 *     TO_DATE('2018-02-31', 'yyyy-MM-dd')                   2018-03-03
 *     UNIX_TIMESTAMP('x')                                   -9223372036854775808
 *     TO_TIMESTAMP_LTZ(1.5e0, 0)                            1970-01-01 00:00:01.500 UTC
 */
import { EvaluationError, MillraceError, SqlError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { MS_PER_DAY, daysOf } from '../../data/calendar.ts'
import { DateTimePattern } from '../../data/datetime-pattern.ts'
import { type LocalTime, laxDate, laxTimestamp } from '../../data/lax-time.ts'
import { simpleDateFormat } from '../../data/simple-date-format.ts'
import { joinTimestamp } from '../../data/text-time.ts'
import { type DataType, isInteger, isNumeric, isText, isTimestamp, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { UTC, type Zone, findZone, zoneOf } from '../../data/zone.ts'
import { powerOfTen } from '../decimal.ts'
import type { ArgShape, Resolution, ScalarFunction, SessionFacts } from '../function.ts'
import { clockOf, isMillis, millis, msJs, nanosOf } from './datetime.ts'

const STANDARD = 'yyyy-MM-dd HH:mm:ss'

/** Text arguments as they are, the literal NULL as a text; undefined where something else stands. */
const texts = (shapes: readonly ArgShape[]): DataType[] | undefined => {
  const args = shapes.map(({ type }) => (type.kind === 'NULL' ? types.string() : type))
  return args.every(isText) ? args : undefined
}

interface TextFunction extends Pick<ScalarFunction, 'name' | 'signatures' | 'doc' | 'implement'> {
  readonly least: number
  readonly most: number
  returns(nullable: boolean): DataType
  readonly partial: boolean
}

/** A function of `least` to `most` texts. */
const ofTexts = ({ name, signatures, doc, implement, least, most, returns, partial }: TextFunction): ScalarFunction => ({
  name,
  signatures,
  doc,
  resolve(shapes) {
    const args = texts(shapes)
    if (args === undefined || shapes.length < least || shapes.length > most) return undefined
    return { args, returns: returns(args.some(arg => arg.nullable)) }
  },
  nulls: 'propagate',
  partial,
  implement,
  deterministic: true,
})

// ── patterns ───────────────────────────────────────────────────────────────────────────────────────────────────────

const patterns = new Map<string, DateTimePattern>()

/** Made once while few are in use. Throws `EvaluationError` INVALID_PATTERN. */
function patternOf(text: string): DateTimePattern {
  const known = patterns.get(text)
  if (known !== undefined) return known
  if (patterns.size > 100) patterns.clear()
  const pattern = new DateTimePattern(text)
  patterns.set(text, pattern)
  return pattern
}

const isInvalidPattern = (error: unknown): error is MillraceError =>
  error instanceof MillraceError && error.code === 'INVALID_PATTERN'

/** By the pattern, else as `java.sql.Timestamp` or `java.sql.Date` would read it. */
function parseBy(text: string, pattern: string): LocalTime | undefined {
  try {
    return patternOf(pattern).parse(text) ?? parseJdbc(text.trim())
  } catch (error) {
    if (isInvalidPattern(error)) return undefined
    throw error
  }
}

/** `yyyy-[m]m-[d]d[ hh:mm:ss[.f]]`: days up to 31 and hours, minutes and seconds of any size count on. */
function parseJdbc(text: string): LocalTime | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] =
    /^(\d{4})-(\d\d?)-(\d\d?)(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text) ?? []
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined
  const nanos = Number(fraction.padEnd(9, '0'))
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  const days = daysOf(Number(year), Number(month), Number(day))
  return { ms: days * MS_PER_DAY + seconds * 1000 + Math.floor(nanos / 1e6), nanos: nanos % 1e6 }
}

// ── formatting ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The finest unit that a pattern shows, in milliseconds; undefined for patterns that show parts of a second. */
function grain(pattern: string): number | undefined {
  const letters = pattern.replace(/'[^']*'/g, '')
  if (/[SnNA]/.test(letters)) return undefined
  return /s/.test(letters) ? 1000 : /m/.test(letters) ? 60_000 : /[HhKka]/.test(letters) ? 3_600_000 : MS_PER_DAY
}

/** Writes epoch milliseconds on a clock; the text of the last second, minute, hour or day is kept for the next value. */
function formatter(pattern: string, clock: Zone): (ms: number) => string {
  const format = patternOf(pattern)
  const unit = grain(pattern)
  if (unit === undefined) return ms => format.format(clock.toLocal(ms), 0)
  let last = Number.NaN
  let text = ''
  return ms => {
    const local = clock.toLocal(ms)
    const bucket = Math.floor(local / unit)
    if (bucket !== last) {
      text = format.format(bucket * unit, 0)
      last = bucket
    }
    return text
  }
}

function formatText(text: string, pattern: string, session: SessionFacts): string | null {
  const format = simpleDateFormat(pattern)
  const zone = zoneOf(session.zone)
  const ms = simpleDateFormat(STANDARD).parse(text, zone, session.nowMs())
  return ms === undefined ? null : format.format(ms, zone)
}

const dateFormat: ScalarFunction = {
  name: 'DATE_FORMAT',
  signatures: ['DATE_FORMAT(<TIMESTAMP>, <CHARACTER>)', 'DATE_FORMAT(<CHARACTER>, <CHARACTER>)'],
  doc: "A timestamp, or text of the form 'yyyy-MM-dd HH:mm:ss', as text by a pattern of Java's.",
  resolve([value, pattern, ...more]) {
    if (value === undefined || pattern === undefined || more.length > 0) return undefined
    if (!isText(pattern.type) && pattern.type.kind !== 'NULL') return undefined
    const patternType = pattern.type.kind === 'NULL' ? types.string() : pattern.type
    const valueType = value.type.kind === 'NULL' ? types.string() : value.type
    return isText(valueType) || isTimestamp(valueType) ? { args: [valueType, patternType], returns: types.string() } : undefined
  },
  nulls: 'propagate',
  partial: true,
  implement({ args, session }) {
    const [{ type }, { literal }] = args as [ArgShape, ArgShape]
    if (isText(type)) return (text: string, pattern: string) => formatText(text, pattern, session)
    const [ms, nanos, clock] = [millis(type), nanosOf(type), clockOf(type, session)]
    if (typeof literal === 'string' && isMillis(type)) {
      const format = formatter(literal, clock)
      return (value: Value) => format(ms(value))
    }
    return (value: Value, pattern: string) => patternOf(pattern).format(clock.toLocal(ms(value)), nanos(value))
  },
  inline({ args, session }, [value], helper) {
    const [{ type }, { literal }] = args as [ArgShape, ArgShape]
    if (typeof literal !== 'string' || !isMillis(type)) return undefined
    return js`${helper('format', formatter(literal, clockOf(type, session)))}(${msJs(value!, helper)})`
  },
  deterministic: true,
}

const fromUnixtime: ScalarFunction = {
  name: 'FROM_UNIXTIME',
  signatures: ['FROM_UNIXTIME(<INTEGER>)', 'FROM_UNIXTIME(<INTEGER>, <CHARACTER>)'],
  doc: "Seconds since the epoch as text in the session's time zone, 'yyyy-MM-dd HH:mm:ss' unless told otherwise.",
  resolve([seconds, pattern, ...more]) {
    if (seconds === undefined || more.length > 0 || !(isInteger(seconds.type) || seconds.type.kind === 'NULL')) return undefined
    const patternTypes = pattern === undefined ? [] : texts([pattern])
    if (patternTypes === undefined) return undefined
    return { args: [types.bigint(seconds.type.nullable), ...patternTypes], returns: types.string() }
  },
  nulls: 'propagate',
  implement({ session }) {
    const zone = zoneOf(session.zone)
    return (seconds: bigint, pattern: string = STANDARD) =>
      simpleDateFormat(pattern).format(Number(BigInt.asIntN(64, seconds * 1000n)), zone)
  },
  deterministic: true,
}

// ── parsing ────────────────────────────────────────────────────────────────────────────────────────────────────────

const toDate = ofTexts({
  name: 'TO_DATE',
  signatures: ['TO_DATE(<CHARACTER>)', 'TO_DATE(<CHARACTER>, <CHARACTER>)'],
  doc: "A date from text, 'yyyy-MM-dd' unless told otherwise; NULL where there is none.",
  least: 1,
  most: 2,
  returns: () => types.date(),
  partial: true,
  implement:
    ({ session }) =>
    (text: string, pattern?: string) => {
      if (pattern === undefined) return laxDate(text) ?? null
      const ms = simpleDateFormat(pattern).parse(text, UTC, session.nowMs())
      return ms === undefined ? null : Math.floor(ms / MS_PER_DAY)
    },
})

const toTimestamp = ofTexts({
  name: 'TO_TIMESTAMP',
  signatures: ['TO_TIMESTAMP(<CHARACTER>)', 'TO_TIMESTAMP(<CHARACTER>, <CHARACTER>)'],
  doc: "A TIMESTAMP(3) from text, 'yyyy-MM-dd HH:mm:ss' unless told otherwise; NULL where there is none.",
  least: 1,
  most: 2,
  returns: () => types.timestamp(3),
  partial: true,
  implement: () => (text: string, pattern?: string) => {
    const local = pattern === undefined ? laxTimestamp(text) : parseBy(text, pattern)
    return local === undefined ? null : BigInt(local.ms)
  },
})

const unixTimestamp: ScalarFunction = {
  name: 'UNIX_TIMESTAMP',
  signatures: ['UNIX_TIMESTAMP()', 'UNIX_TIMESTAMP(<CHARACTER>)', 'UNIX_TIMESTAMP(<CHARACTER>, <CHARACTER>)'],
  doc: "Seconds since the epoch: now, or of text in the session's time zone; the least BIGINT where there is no time.",
  resolve(shapes) {
    const args = texts(shapes)
    return args === undefined || shapes.length > 2 ? undefined : { args, returns: types.bigint(args.some(arg => arg.nullable)) }
  },
  nulls: 'propagate',
  implement({ args, session }) {
    if (args.length === 0) return () => BigInt(Math.floor(session.nowMs() / 1000))
    const zone = zoneOf(session.zone)
    return (text: string, pattern: string = STANDARD) => {
      const ms = simpleDateFormat(pattern).parse(text, zone, session.nowMs())
      return ms === undefined ? -9223372036854775808n : BigInt(Math.trunc(ms / 1000))
    }
  },
  // Without an argument it is the clock.
  deterministic: false,
}

/** What `TimeZone.getTimeZone` knows: names and GMT with an offset. Anything else is GMT. */
const javaTimeZone = (id: string): Zone => (/^[+-]|^UTC?[+-]/.test(id) ? UTC : (findZone(id) ?? UTC))

const convertTz = ofTexts({
  name: 'CONVERT_TZ',
  signatures: ['CONVERT_TZ(<CHARACTER>, <CHARACTER>, <CHARACTER>)'],
  doc: "Text of the form 'yyyy-MM-dd HH:mm:ss' in one time zone as the same instant in another; NULL where there is no time.",
  least: 3,
  most: 3,
  returns: () => types.string(),
  partial: true,
  implement:
    ({ session }) =>
    (text: string, from: string, to: string) => {
      const format = simpleDateFormat(STANDARD)
      const ms = format.parse(text, javaTimeZone(from), session.nowMs())
      return ms === undefined ? null : format.format(ms, javaTimeZone(to))
    },
})

// ── TO_TIMESTAMP_LTZ ───────────────────────────────────────────────────────────────────────────────────────────────

/** The years 0 to 9999. */
const FIRST_MS = -62167219200000
const LAST_MS = 253402300799999

const toTimestampLtz: ScalarFunction = {
  name: 'TO_TIMESTAMP_LTZ',
  signatures: [
    'TO_TIMESTAMP_LTZ(<CHARACTER_STRING>)',
    'TO_TIMESTAMP_LTZ(<CHARACTER_STRING>, pattern <CHARACTER_STRING>)',
    'TO_TIMESTAMP_LTZ(<CHARACTER_STRING>, pattern <CHARACTER_STRING>, timezone <CHARACTER_STRING>)',
    'TO_TIMESTAMP_LTZ(<NUMERIC>)',
    'TO_TIMESTAMP_LTZ(<NUMERIC>, <INTEGER_NUMERIC>)',
  ],
  doc: 'An instant from a number of seconds (precision 0), milliseconds (3, the default) and so on, or from text.',
  resolve(shapes) {
    const [value] = shapes
    if (value === undefined) return undefined
    return isNumeric(value.type) || (value.type.kind === 'NULL' && shapes[1] !== undefined && isInteger(shapes[1].type))
      ? resolveNumber(shapes)
      : resolveText(shapes)
  },
  nulls: 'propagate',
  partial: true,
  implement({ args, returns }) {
    const { type } = args[0]!
    const precision = isTimestamp(returns) ? returns.precision : 3
    return isText(type) ? instantFromText(precision) : instantFromNumber(type, precision)
  },
  inline({ args }, [value]) {
    const unit = args[1] === undefined ? 3 : args[1].literal
    if (args[0]!.type.kind !== 'BIGINT' || (unit !== 3 && unit !== 0)) return undefined
    const size = unit === 0 ? 1000n : 1n
    const [least, most] = [BigInt(FIRST_MS) / size, BigInt(LAST_MS) / size]
    return js`(${value!.value} >= ${least} && ${value!.value} <= ${most} ? ${unit === 0 ? js`BigInt.asIntN(64, ${value!.value} * 1000n)` : value!.value} : null)`
  },
  deterministic: true,
}

function resolveNumber([value, precision, ...more]: readonly ArgShape[]): Resolution | undefined {
  if (more.length > 0 || (precision !== undefined && !isInteger(precision.type) && precision.type.kind !== 'NULL'))
    return undefined
  const known = precision?.literal === undefined || precision.literal === null ? 3 : Number(precision.literal)
  if (known < 0 || known > 9)
    throw new SqlError('INVALID_ARGUMENT', `Precision for TO_TIMESTAMP_LTZ must be between 0 and 9 but was ${known}.`)
  const number =
    value!.type.kind === 'NULL' ? types.bigint() : isInteger(value!.type) ? types.bigint(value!.type.nullable) : value!.type
  const args = precision === undefined ? [number] : [number, types.int(precision.type.nullable)]
  return { args, returns: types.timestampLtz(Math.max(3, known)) }
}

function resolveText(shapes: readonly ArgShape[]): Resolution | undefined {
  const args = texts(shapes)
  if (args === undefined || shapes.length > 3) return undefined
  const [, pattern, zone] = shapes.map(shape => (typeof shape.literal === 'string' ? shape.literal : undefined))
  if (pattern !== undefined) checkPattern(pattern)
  if (zone !== undefined && findZone(zone) === undefined) {
    throw new SqlError('INVALID_ARGUMENT', `Invalid timezone for parsing TIMESTAMP_LTZ: there is no time zone '${zone}'`)
  }
  return { args, returns: types.timestampLtz(Math.max(3, fractionDigits(pattern ?? ''))) }
}

function checkPattern(pattern: string): void {
  try {
    patternOf(pattern)
  } catch (error) {
    if (isInvalidPattern(error))
      throw new SqlError('INVALID_ARGUMENT', `Invalid pattern for parsing TIMESTAMP_LTZ: ${error.message}`)
    throw error
  }
}

const fractionDigits = (pattern: string): number =>
  Math.min(9, /S*/.exec(pattern.replace(/'[^']*'/g, '').replace(/^[^S]*/, ''))![0].length)

const instantFromText =
  (precision: number) =>
  (text: string, pattern?: string, zone: string = 'UTC'): Value => {
    const local = pattern === undefined ? laxTimestamp(text) : parseBy(text, pattern)
    if (local === undefined && pattern === undefined) throw new EvaluationError('INVALID_TIMESTAMP', `'${text}' is no timestamp`)
    const clock = findZone(zone)
    return local === undefined || clock === undefined ? null : joinTimestamp(clock.toInstant(local.ms), local.nanos, precision)
  }

/** `value` counts units of 10^-unit seconds; what is finer than the result is cut off, towards zero. */
function instantFromNumber(type: DataType, precision: number): (value: Value, unit?: number) => Value {
  const whole =
    type.kind === 'DECIMAL' ? (value: Value) => (value as bigint) / powerOfTen(type.scale) : (value: Value) => value as bigint
  if (type.kind === 'FLOAT' || type.kind === 'DOUBLE') {
    return (value, unit = 3) => fromUnits(Math.trunc((value as number) * 10 ** Math.max(0, 3 - unit)) || 0, Math.max(unit, 3))
  }
  return (value, unit = 3) => fromUnits(Number(whole(value)) * 10 ** Math.max(0, 3 - unit), Math.max(unit, 3))

  function fromUnits(count: number, unit: number): Value {
    const ms = Math.floor(count / 10 ** (unit - 3))
    if (!(ms >= FIRST_MS && ms <= LAST_MS)) return null
    return joinTimestamp(ms, (count - ms * 10 ** (unit - 3)) * 10 ** (9 - unit), precision)
  }
}

export const temporalText: readonly ScalarFunction[] = [
  dateFormat,
  fromUnixtime,
  toDate,
  toTimestamp,
  unixTimestamp,
  convertTz,
  toTimestampLtz,
]
