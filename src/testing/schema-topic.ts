/** A `_schemas` topic in memory: told and written as the one of a cluster, compacted when a test says so. */
import { type Follower, RecordTooLargeError, type SchemaTopic, type TopicRecord } from '../kafka/registry/topic.ts'

export class MemorySchemaTopic implements SchemaTopic {
  records: TopicRecord[] = []
  /** What `append` rejects with. */
  refuses: unknown = undefined
  maxBytes = 1_000_000
  #followers: Follower[] = []
  #next = 0

  constructor(records: readonly (readonly [key: string, value: string | null])[] = []) {
    for (const [key, value] of records) this.#add(key, value)
  }

  async follow(follower: Follower): Promise<void> {
    for (const record of this.records) follower.record(record)
    this.#followers.push(follower)
  }

  async append(key: string, value: string | null): Promise<number> {
    if (this.refuses !== undefined) throw this.refuses
    if (value !== null && value.length > this.maxBytes) throw new RecordTooLargeError(value.length)
    const record = this.#add(key, value)
    // The answer to the write and the record itself come on ways of their own.
    queueMicrotask(() => {
      for (const follower of this.#followers) follower.record(record)
    })
    return record.offset
  }

  async caughtUp(): Promise<void> {
    // Behind the microtasks of what was appended.
    await Promise.resolve()
  }

  async close(): Promise<void> {
    this.#followers = []
  }

  /** The cluster is gone. */
  fail(error: unknown): void {
    for (const follower of this.#followers) follower.failed(error)
  }

  /** Leaves the last record of every key, and none of those that delete theirs. */
  compact(): void {
    const last = new Map(this.records.map(record => [record.key, record]))
    this.records = this.records.filter(record => last.get(record.key) === record && record.value !== null)
  }

  #add(key: string, value: string | null): TopicRecord {
    const record = { offset: this.#next++, timestampMs: 0, key, value }
    this.records.push(record)
    return record
  }
}
