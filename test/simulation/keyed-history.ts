/**
 * What was written to a compacted partition, by offset, and whether what a reader finds can be what is left of it.
 *
 *     0 a=1   1 b=1   2 a=2   3 b=NULL      found 2 a=2, 3 b=NULL: right
 *                                           found 2 a=2: right once the tombstone's time has passed
 *                                           found 1 b=1, 2 a=2: b came back
 *                                           found 3 b=NULL: the latest of a is lost
 */
export interface KeyedRecord {
  readonly key: string
  /** Null: a tombstone. Other values are written once. */
  readonly value: string | null
}

export interface FoundRecord extends KeyedRecord {
  readonly offset: number
}

type Fate = 'committed' | 'aborted' | 'unknown'

interface Written extends KeyedRecord {
  fate: Fate
  readonly atMs: number
}

export class KeyedHistory {
  readonly #deleteRetentionMs: number
  readonly #written = new Map<number, Written>()
  /** Committed and not found once: compaction took it. */
  readonly #gone = new Set<number>()
  /** Sent, and not answered: they may be there or not. */
  inFlight: readonly KeyedRecord[] = []
  endOffset = 0

  constructor(deleteRetentionMs: number) {
    this.#deleteRetentionMs = deleteRetentionMs
  }

  get size(): number {
    return this.#written.size
  }

  /** How many records compaction took. */
  get gone(): number {
    return this.#gone.size
  }

  note(offset: number, { key, value }: KeyedRecord, fate: Fate, nowMs: number): void {
    const before = this.#written.get(offset)
    if (before !== undefined && (before.key !== key || before.value !== value))
      throw new Error(`offset ${offset} was given to ${key}=${value} and to ${before.key}=${before.value}`)
    if (before === undefined) this.#written.set(offset, { key, value, fate, atMs: nowMs })
    else if (before.fate === 'unknown') before.fate = fate
    this.endOffset = Math.max(this.endOffset, offset + 1)
  }

  /** `end`: up to where was read. `quiet`: nothing is under way, so what is not there was aborted, or compacted. */
  check(found: readonly FoundRecord[], end: number, nowMs: number, quiet: boolean): void {
    const there = new Map(found.map(record => [record.offset, record]))
    if (there.size !== found.length) throw new Error(`an offset was read twice: ${found.map(({ offset }) => offset).join()}`)
    for (const record of found) this.#checkFound(record, nowMs)
    this.#checkUnique(found)
    const latest = this.#latestByKey(there, end, quiet)
    for (const [offset, written] of this.#written) {
      if (offset >= end || there.has(offset) || written.fate !== 'committed') continue
      this.#checkMissing(offset, written, latest.get(written.key)!, nowMs)
      this.#gone.add(offset)
    }
    for (const { offset, key } of found) this.#checkNotBack(offset, key, latest.get(key), there)
  }

  #checkFound({ offset, key, value }: FoundRecord, nowMs: number): void {
    const written = this.#written.get(offset)
    const text = `${offset} ${key}=${value}`
    if (written === undefined) {
      if (!this.inFlight.some(sent => sent.key === key && sent.value === value)) throw new Error(`${text} was never written`)
      this.note(offset, { key, value }, 'committed', nowMs)
      return
    }
    if (written.key !== key || written.value !== value) throw new Error(`${text} was ${written.key}=${written.value}`)
    if (written.fate === 'aborted') throw new Error(`${text} was aborted`)
    if (this.#gone.has(offset)) throw new Error(`${text} came back`)
    written.fate = 'committed'
  }

  #checkUnique(found: readonly FoundRecord[]): void {
    const values = new Set<string>()
    for (const { value } of found) {
      if (value !== null && values.has(value)) throw new Error(`${value} is there twice`)
      if (value !== null) values.add(value)
    }
  }

  /** The offset of each key's last committed record. */
  #latestByKey(there: ReadonlyMap<number, FoundRecord>, end: number, quiet: boolean): Map<string, number> {
    const latest = new Map<string, number>()
    for (const [offset, { key, fate }] of this.#written)
      if (offset < end && fate === 'committed') latest.set(key, Math.max(latest.get(key) ?? -1, offset))
    if (!quiet) return latest
    for (const [offset, written] of this.#written)
      if (written.fate === 'unknown' && !there.has(offset) && offset > (latest.get(written.key) ?? -1)) written.fate = 'aborted'
    return latest
  }

  #checkMissing(offset: number, { key, value, atMs }: Written, latest: number, nowMs: number): void {
    if (latest > offset) return
    if (value !== null) throw new Error(`${offset} ${key}=${value} is lost`)
    if (nowMs < atMs + this.#deleteRetentionMs) throw new Error(`the tombstone ${offset} ${key} went too early`)
  }

  /** Behind a tombstone that is gone nothing of its key is left. */
  #checkNotBack(offset: number, key: string, latest: number | undefined, there: ReadonlyMap<number, FoundRecord>): void {
    if (latest === undefined || latest <= offset || there.has(latest)) return
    if (this.#written.get(latest)!.value === null)
      throw new Error(`${offset} ${key} is there, and the later tombstone ${latest} is not`)
  }
}
