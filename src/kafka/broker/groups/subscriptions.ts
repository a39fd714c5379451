/**
 * What the members of a consumer group subscribe to: topics by name, and by a pattern. Members that say the same share it.
 * Which topics that means is worked out when it is new and when topics come and go.
 */
import { crc32c } from '../../records/crc32c.ts'
import type { Topics } from '../topics.ts'
import { compilePattern } from './pattern/topic-pattern.ts'

export class Subscription {
  readonly key: string
  /** In their order. */
  readonly names: ReadonlySet<string>
  /** '' for none. */
  readonly pattern: string
  /** Of the topics that are there. A new set whenever it changes. */
  topicIds: ReadonlySet<string> = new Set()
  members = 0

  constructor(key: string, names: ReadonlySet<string>, pattern: string) {
    this.key = key
    this.names = names
    this.pattern = pattern
  }
}

export class Subscriptions {
  readonly #byKey = new Map<string, Subscription>()
  readonly #topics: Topics
  /** Names of topics, by pattern. */
  readonly #matches = new Map<string, ReadonlySet<string>>()
  /** Patterns that topics may have come to or gone from since they were matched. */
  readonly #stale = new Set<string>()

  constructor(topics: Topics) {
    this.#topics = topics
  }

  /** As long as nobody is its member it may be forgotten again. */
  of(names: Iterable<string>, pattern: string): Subscription {
    const sorted = new Set(Array.from(names).toSorted())
    const key = JSON.stringify([pattern, ...sorted])
    return this.#byKey.get(key) ?? new Subscription(key, sorted, pattern)
  }

  enter(subscription: Subscription): void {
    if (subscription.members++ > 0) return
    this.#byKey.set(subscription.key, subscription)
    this.#resolve(subscription)
  }

  leave(subscription: Subscription): void {
    if (--subscription.members > 0) return
    this.#byKey.delete(subscription.key)
    for (const { pattern } of this.#byKey.values()) if (pattern === subscription.pattern) return
    this.#matches.delete(subscription.pattern)
    this.#stale.delete(subscription.pattern)
  }

  topicsChanged(): void {
    for (const pattern of this.#matches.keys()) this.#stale.add(pattern)
  }

  /** Which topics a pattern meant when it was last looked at, before it is looked at again. */
  remember(pattern: string, topics: readonly string[]): void {
    this.#matches.set(pattern, new Set(topics))
  }

  knows(pattern: string): boolean {
    return this.#matches.has(pattern)
  }

  isStale(pattern: string): boolean {
    return this.#stale.has(pattern)
  }

  /**
   * Looks which topics a pattern means now; true when that changed. `mayDescribe`: topics that its subscriber must not know are not among them. Fails
   * with a PatternError.
   */
  match(pattern: string, mayDescribe: (topic: string) => boolean): boolean {
    const compiled = compilePattern(pattern)
    const names = new Set<string>()
    for (const { name } of this.#topics.all) if (compiled.matches(name) && mayDescribe(name)) names.add(name)
    const before = this.#matches.get(pattern)
    this.#matches.set(pattern, names)
    this.#stale.delete(pattern)
    return before === undefined || !sameNames(before, names)
  }

  /** Topics have come or gone, or patterns were matched anew. */
  resolve(): void {
    for (const subscription of this.#byKey.values()) this.#resolve(subscription)
  }

  #resolve(subscription: Subscription): void {
    const ids = new Set<string>()
    for (const names of [subscription.names, this.#matches.get(subscription.pattern) ?? []]) {
      for (const name of names) {
        const topic = this.#topics.named(name)
        if (topic !== undefined) ids.add(topic.id)
      }
    }
    const { topicIds } = subscription
    if (!sameNames(ids, topicIds)) subscription.topicIds = ids
  }

  has(topic: string): boolean {
    for (const { names, pattern } of this.#byKey.values())
      if (names.has(topic) || this.#matches.get(pattern)?.has(topic)) return true
    return false
  }

  /** Of all topics subscribed to, and how many partitions each has: another one means that the group has to be assigned anew. */
  hash(): number {
    const ids = new Set<string>()
    for (const { topicIds } of this.#byKey.values()) for (const id of topicIds) ids.add(id)
    const lines = Array.from(ids, id => `${id} ${this.partitionCount(id)}`).toSorted()
    return lines.length === 0 ? 0 : crc32c(Buffer.from(lines.join('\n'))) | 0
  }

  partitionCount(topicId: string): number {
    return this.#topics.withId(topicId)?.partitions.length ?? 0
  }

  entries(): { readonly pattern: string; readonly topics: readonly string[] }[] {
    return Array.from(this.#matches, ([pattern, topics]) => ({ pattern, topics: [...topics] }))
  }
}

const sameNames = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && Array.from(one).every(name => other.has(name))
