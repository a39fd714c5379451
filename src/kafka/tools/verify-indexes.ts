/**
 * The indexes of a segment, held against its batches as they pass by: no list of batches is kept.
 *
 *     .index       an entry's position is where a batch starts, and its offset is in that batch or behind it
 *     .timeindex   no batch up to an entry's offset is later than its timestamp, and one is as late
 */
import type { Finding } from './finding.ts'
import { type IndexEntries, type IndexEntry, offsetEntries, timeEntries } from './index-entries.ts'

export class IndexCheck {
  readonly #baseOffset: number
  readonly #paths: { readonly offsets: string; readonly times: string }
  readonly #offsets: IndexEntries
  readonly #times: IndexEntries
  readonly #found: Finding[] = []
  #nextOffset = 0
  #nextTime = 0
  #nextReached = 0
  #latest = -1

  constructor(
    baseOffset: number,
    index: { readonly path: string; readonly bytes: Uint8Array },
    timeIndex: { readonly path: string; readonly bytes: Uint8Array },
  ) {
    this.#baseOffset = baseOffset
    this.#paths = { offsets: index.path, times: timeIndex.path }
    this.#offsets = offsetEntries(index.bytes)
    this.#times = timeEntries(timeIndex.bytes)
    for (const [path, { fault }] of [
      [index.path, this.#offsets],
      [timeIndex.path, this.#times],
    ] as const)
      if (fault !== undefined) this.#found.push({ path, position: fault.at, what: fault.what })
  }

  get entries(): number {
    return this.#offsets.entries.length + this.#times.entries.length
  }

  batch(position: number, baseOffset: number, lastOffset: number, maxTimestamp: number): void {
    const { entries } = this.#offsets
    for (; this.#nextOffset < entries.length && entries[this.#nextOffset]!.value <= position; this.#nextOffset++) {
      const entry = entries[this.#nextOffset]!
      if (entry.value !== position) this.#say(this.#paths.offsets, entry, `no batch starts at byte ${entry.value}`)
      else if (entry.relativeOffset + this.#baseOffset < baseOffset)
        this.#say(this.#paths.offsets, entry, `the batch at byte ${entry.value} begins behind it, with ${baseOffset}`)
    }
    this.#passTimes(baseOffset, lastOffset)
    this.#latest = Math.max(this.#latest, maxTimestamp)
  }

  /** So far. */
  get found(): readonly Finding[] {
    return this.#found
  }

  /** The log ends: what is left in the indexes speaks of nothing. */
  end(endPosition: number, endOffset: number): readonly Finding[] {
    this.#passTimes(endOffset, endOffset)
    const beyond = this.#offsets.entries[this.#nextOffset]
    if (beyond !== undefined)
      this.#say(this.#paths.offsets, beyond, `the log ends before byte ${beyond.value}, at ${endPosition}`)
    const last = this.#times.entries.at(-1)
    if (last !== undefined && last.relativeOffset + this.#baseOffset >= endOffset)
      this.#say(this.#paths.times, last, `the segment ends before it, at offset ${endOffset}`)
    return this.#found
  }

  /** Before the batch of these offsets counts: entries that speak of what came before it. */
  #passTimes(baseOffset: number, lastOffset: number): void {
    const { entries } = this.#times
    const offsetOf = (i: number) => entries[i]!.relativeOffset + this.#baseOffset
    for (; this.#nextTime < entries.length && offsetOf(this.#nextTime) < lastOffset; this.#nextTime++) {
      const entry = entries[this.#nextTime]!
      if (this.#latest > entry.value)
        this.#say(this.#paths.times, entry, `a record before it is of ${this.#latest}, later than ${entry.value}`)
    }
    for (; this.#nextReached < entries.length && offsetOf(this.#nextReached) < baseOffset; this.#nextReached++) {
      const entry = entries[this.#nextReached]!
      if (this.#latest < entry.value)
        this.#say(this.#paths.times, entry, `no record up to it is as late as ${entry.value}; the latest is of ${this.#latest}`)
    }
  }

  #say(path: string, entry: IndexEntry, what: string): void {
    this.#found.push({ path, position: entry.at, offset: entry.relativeOffset + this.#baseOffset, what })
  }
}
