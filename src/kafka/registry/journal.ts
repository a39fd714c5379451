/**
 * The registry's side of its topic: what is written is durable, told back by the topic and applied before the writer goes on.
 * Writes stand in line, so that each of them sees what those before it did, and what other registries had written by then.
 *
 *     await journal.open()
 *     await journal.write(async append => {
 *       if (store.version('a', 1) !== undefined) return      // nobody else writes meanwhile
 *       await append({ kind: 'SCHEMA', … })
 *     })                                                      // store.version('a', 1) is there
 */
import { storeFailed } from './errors.ts'
import { type Entry, decodeEntry, encodeEntry } from './records.ts'
import type { SchemaStore } from './store.ts'
import { RecordTooLargeError, type SchemaTopic, type TopicRecord } from './topic.ts'

export type Append = (entry: Entry) => Promise<void>

interface Waiter {
  readonly offset: number
  resolve(): void
  reject(error: unknown): void
}

export class Journal {
  readonly #topic: SchemaTopic
  readonly #store: SchemaStore
  #applied = -1
  #failure: RegistryFailure | undefined
  #waiters: Waiter[] = []
  #line: Promise<unknown> = Promise.resolve()

  constructor(topic: SchemaTopic, store: SchemaStore) {
    this.#topic = topic
    this.#store = store
  }

  /** Resolves when everything that is in the topic has been applied. */
  async open(): Promise<void> {
    await this.#topic.follow({ record: record => this.#apply(record), failed: error => this.#fail(error) })
  }

  async close(): Promise<void> {
    this.#fail(undefined)
    await this.#topic.close()
  }

  /** Throws once the topic can't be followed any more: the state is of the past then. */
  check(): void {
    if (this.#failure !== undefined) throw storeFailed('The topic of the schemas can no longer be read', this.#failure.cause)
  }

  /** Runs when every write before it is done. */
  write<T>(operation: (append: Append) => Promise<T>): Promise<T> {
    const result = this.#line.then(async () => {
      this.check()
      await this.#topic.caughtUp().catch((error: unknown) => {
        throw storeFailed('Reading the topic of the schemas to its end failed', error)
      })
      return operation(entry => this.#append(entry))
    })
    // The line goes on whatever becomes of this one; its caller gets the error.
    this.#line = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  async #append(entry: Entry): Promise<void> {
    const { key, value } = encodeEntry(entry)
    const offset = await this.#topic.append(key, value).catch((error: unknown) => {
      if (error instanceof RecordTooLargeError) throw error
      throw storeFailed('Writing to the topic of the schemas failed', error)
    })
    this.check()
    if (this.#applied >= offset) return
    await new Promise<void>((resolve, reject) => this.#waiters.push({ offset, resolve, reject }))
  }

  #apply({ offset, key, value }: TopicRecord): void {
    const entry = decodeEntry(key, value)
    if (entry !== undefined) this.#store.apply(entry)
    this.#applied = offset
    const reached = this.#waiters.filter(waiter => waiter.offset <= offset)
    this.#waiters = this.#waiters.filter(waiter => waiter.offset > offset)
    for (const waiter of reached) waiter.resolve()
  }

  #fail(cause: unknown): void {
    this.#failure ??= { cause }
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(storeFailed('The topic of the schemas can no longer be read', cause))
  }
}

interface RegistryFailure {
  readonly cause: unknown
}
