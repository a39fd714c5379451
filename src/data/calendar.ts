/**
 * The proleptic Gregorian calendar as integers: days since 1970-01-01 on one side, year, month and day on the other.
 * Nothing here allocates; three numbers travel packed in one.
 *
 *     const civil = civilOf(18262)                     // 2020-01-01
 *     civilYear(civil), civilMonth(civil), civilDay(civil)
 *     daysOf(2020, 1, 1)                               // 18262
 *
 * The arithmetic is Howard Hinnant's: a year is taken to start in March, so that the leap day comes last.
 */
export const MS_PER_SECOND = 1000
export const MS_PER_MINUTE = 60_000
export const MS_PER_HOUR = 3_600_000
export const MS_PER_DAY = 86_400_000

/** Days since the epoch. `month` is 1 to 12; `day` may lie outside its month and counts on. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = ((((month + (month > 2 ? -3 : 9)) * 153 + 2) / 5) | 0) + day - 1
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

/** Year, month and day of a day number, packed as `year << 9 | month << 5 | day`. Years reach from -4 to +4 million. */
export function civilOf(days: number): number {
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year << 9) | (month << 5) | day
}
export const civilYear = (civil: number): number => civil >> 9
export const civilMonth = (civil: number): number => (civil >> 5) & 15
export const civilDay = (civil: number): number => civil & 31

export const yearOf = (days: number): number => civilOf(days) >> 9
export const monthOf = (days: number): number => (civilOf(days) >> 5) & 15
export const dayOf = (days: number): number => civilOf(days) & 31
/** 1 to 4. */
export const quarterOf = (days: number): number => ((monthOf(days) + 2) / 3) | 0
/** 1 to 366. */
export const dayOfYear = (days: number): number => days - daysOf(yearOf(days), 1, 1) + 1

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31

/** True for a date that exists. */
export const isCivil = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)

/** The same day of another month; the last day of that month where it has no such day. */
export function addMonths(days: number, months: number): number {
  const civil = civilOf(days)
  const total = civilYear(civil) * 12 + civilMonth(civil) - 1 + months
  const year = Math.floor(total / 12)
  const month = total - year * 12 + 1
  return daysOf(year, month, Math.min(civilDay(civil), daysInMonth(year, month)))
}

/** 1 for Monday to 7 for Sunday. */
export const isoDayOfWeek = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1
/** 1 for Sunday to 7 for Saturday, as SQL counts. */
export const dayOfWeek = (days: number): number => ((((days + 4) % 7) + 7) % 7) + 1

/** The year that the ISO week of this day belongs to. */
export const isoYear = (days: number): number => yearOf(days - isoDayOfWeek(days) + 4)
/** 1 to 53: the week of the year's first Thursday is week 1. */
export const isoWeek = (days: number): number => (((dayOfYear(days - isoDayOfWeek(days) + 4) - 1) / 7) | 0) + 1

/** Whole days in `ms`, rounded towards the past; what is left is `ms - MS_PER_DAY * daysOfMs(ms)`. */
export const daysOfMs = (ms: number): number => Math.floor(ms / MS_PER_DAY)
/** Milliseconds of the day, 0 to 86,399,999. */
export const timeOfMs = (ms: number): number => ms - Math.floor(ms / MS_PER_DAY) * MS_PER_DAY
