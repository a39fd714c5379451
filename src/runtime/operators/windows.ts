/**
 * Which windows a time is in. A window is known by its end; it reaches from its start (inclusive) to its end (exclusive),
 * both as wall clock: in the zone for a TIMESTAMP_LTZ, as written for a TIMESTAMP.
 *
 *     TUMBLE   size 10         12 → [10, 20)
 *     HOP      slide 5 size 10 12 → [10, 20) [5, 15)
 *     CUMULATE step 5 max 10   12 → [10, 15) [10, 20)
 */
import { EvaluationError } from '../../base/errors.ts'
import { MS_PER_HOUR } from '../../data/calendar.ts'
import type { Column } from '../../data/column.ts'
import { type Zone, zoneOf } from '../../data/zone.ts'
import type { WindowSpec } from '../../planner/physical/plan.ts'

const WORD = 4294967296

/** The windows of one kind. All times are wall-clock milliseconds. */
export class Windows {
  readonly #spec: WindowSpec
  readonly #slideMs: number
  readonly #spanMs: number
  readonly #offsetMs: number
  /** No time is in more windows. */
  readonly most: number

  constructor(spec: WindowSpec) {
    this.#spec = spec
    this.#offsetMs = spec.offsetMs
    switch (spec.kind) {
      case 'tumble':
        this.#slideMs = this.#spanMs = spec.sizeMs
        this.most = 1
        break
      case 'hop':
        this.#slideMs = spec.slideMs
        this.#spanMs = spec.sizeMs
        this.most = Math.ceil(spec.sizeMs / spec.slideMs)
        break
      case 'cumulate':
        this.#slideMs = this.#spanMs = spec.maxSizeMs
        this.most = Math.ceil(spec.maxSizeMs / spec.stepMs)
        break
    }
  }

  /** Where the last window that begins at or before `time` begins. */
  lastStart(time: number): number {
    return Math.floor((time - this.#offsetMs) / this.#slideMs) * this.#slideMs + this.#offsetMs
  }

  /**
   * The end of the `i`th window of `time`, in Flink's order (HOP: the latest first, CUMULATE: the shortest first), or NaN
   * when there are not so many. `start` is `lastStart(time)`.
   */
  end(time: number, start: number, i: number): number {
    switch (this.#spec.kind) {
      case 'tumble':
        return i === 0 ? start + this.#spanMs : Number.NaN
      case 'hop': {
        const end = start - i * this.#slideMs + this.#spanMs
        return end > time ? end : Number.NaN
      }
      case 'cumulate': {
        const { stepMs } = this.#spec
        const end = start + (Math.floor((time - start) / stepMs) + 1 + i) * stepMs
        return end <= start + this.#spanMs ? end : Number.NaN
      }
    }
  }

  /** The end of the last window to pass that `time` is in. NaN between the windows of a HOP that leaves gaps. */
  lastEnd(time: number, start: number): number {
    const end = start + this.#spanMs
    return end > time ? end : Number.NaN
  }

  /** Where the window with this end begins. */
  startOf(end: number): number {
    return this.#spec.kind === 'cumulate' ? this.lastStart(end - 1) : end - this.#spanMs
  }
}

/** The clock on the wall: a zone's for TIMESTAMP_LTZ, none for TIMESTAMP. */
export class WallClock {
  readonly #zone: Zone | undefined

  constructor(zone: string | undefined) {
    this.#zone = zone === undefined || zone === 'UTC' ? undefined : zoneOf(zone)
  }

  toLocal(instantMs: number): number {
    return this.#zone === undefined ? instantMs : this.#zone.toLocal(instantMs)
  }

  toInstant(localMs: number): number {
    return this.#zone === undefined ? localMs : this.#zone.toInstant(localMs)
  }

  /**
   * The watermark at which a window with this end has passed. Where the clock shows its last millisecond twice the later
   * one counts, and where it never shows it the hour that the gap begins with (Flink's TimeWindowUtil).
   */
  passedAt(endMs: number): number {
    const last = endMs - 1
    if (this.#zone === undefined) return last
    const instant = this.#zone.toInstant(last)
    const hourLater = this.#zone.toInstant(last + MS_PER_HOUR)
    if (instant === hourLater) return instant - (instant % MS_PER_HOUR)
    return hourLater - instant > MS_PER_HOUR ? instant + MS_PER_HOUR : instant
  }
}

/** The milliseconds of each row's time into `times`; NaN, which is in no window, where it has none. */
export function readTimes(column: Column, length: number, times: Float64Array, clock: WallClock): void {
  if (column.storage !== 'i64' && column.storage !== 'ts') {
    throw new EvaluationError('INVALID_TIME_COLUMN', 'a window needs a column of timestamps')
  }
  const { values, valid } = column
  const words = new Int32Array(values.buffer, values.byteOffset, length * 2)
  for (let row = 0; row < length; row++) times[row] = clock.toLocal(readTime(words, row))
  if (valid !== undefined) for (let row = 0; row < length; row++) if (valid[row] === 0) times[row] = Number.NaN
}

/** Writes milliseconds as 64 bits. */
export function writeTime(words: Int32Array, at: number, ms: number): void {
  words[2 * at] = ms
  words[2 * at + 1] = Math.floor(ms / WORD)
}

/** Reads what `writeTime` wrote. */
export const readTime = (words: Int32Array, at: number): number => words[2 * at + 1]! * WORD + (words[2 * at]! >>> 0)
