/**
 * Uniform: members have as many partitions as each other, give or take one, and keep what they have as far as that allows.
 *
 *     before   ann  0 1 2 3      now, with bob and eve     ann  0 1     bob  2     eve  3
 *
 * In three steps: everybody keeps what is still theirs to have; what nobody has goes to whoever has least; then the one with
 * most gives to the one with least, until they differ by one. Topics with the same subscribers are one pool for that. Where
 * subscriptions overlap without being equal, no move within a pool is left to make, which is as even as Kafka makes it.
 */
import type { Assignment } from '../assignment.ts'
import type { AssignedMember, Assignor } from './assignor.ts'

/** Pools that share some of their members can hand partitions round for long: each round about halves what is left to gain. */
const MOST_ROUNDS = 16
const NOBODY = -1

export const uniform: Assignor = (members, partitionCount) => {
  const pools = poolsOf(members, partitionCount)
  const loads = new Int32Array(members.length)
  keep(members, pools, loads)
  for (const pool of pools) handOut(pool, loads)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = false
    for (const pool of pools) moved = even(pool, loads) || moved
    if (!moved) break
  }
  return collect(members, pools)
}

/** Topics that the same members subscribe to. Members by their numbers. */
interface Pool {
  readonly members: readonly number[]
  readonly topics: readonly PooledTopic[]
}

interface PooledTopic {
  readonly id: string
  /** By partition. */
  readonly owners: Int32Array
}

/** Those with most partitions per member first: they leave least choice. */
function poolsOf(members: readonly AssignedMember[], partitionCount: (topicId: string) => number): readonly Pool[] {
  const alike = new Map<ReadonlySet<string>, number[]>()
  for (const [i, { topics }] of members.entries()) {
    const others = alike.get(topics)
    if (others === undefined) alike.set(topics, [i])
    else others.push(i)
  }
  const subscriptions = [...alike.keys()]
  const subscribedBy = new Map<string, number[]>()
  for (const [i, topics] of subscriptions.entries()) {
    for (const topicId of topics) {
      const those = subscribedBy.get(topicId)
      if (those === undefined) subscribedBy.set(topicId, [i])
      else those.push(i)
    }
  }
  const pools = new Map<string, { readonly members: readonly number[]; readonly topics: PooledTopic[] }>()
  for (const topicId of Array.from(subscribedBy.keys()).toSorted()) {
    const those = subscribedBy.get(topicId)!
    const key = those.join()
    let pool = pools.get(key)
    if (pool === undefined) {
      const numbers = those.flatMap(i => alike.get(subscriptions[i]!)!).toSorted((a, b) => a - b)
      pools.set(key, (pool = { members: numbers, topics: [] }))
    }
    pool.topics.push({ id: topicId, owners: new Int32Array(partitionCount(topicId)).fill(NOBODY) })
  }
  const share = ({ members, topics }: Pool) => topics.reduce((sum, { owners }) => sum + owners.length, 0) / members.length
  return Array.from(pools.values()).toSorted((a, b) => share(b) - share(a) || a.members.length - b.members.length)
}

function keep(members: readonly AssignedMember[], pools: readonly Pool[], loads: Int32Array): void {
  const topics = new Map(pools.flatMap(pool => pool.topics.map(topic => [topic.id, topic] as const)))
  for (const [i, member] of members.entries()) {
    for (const [topicId, partitions] of member.before) {
      if (!member.topics.has(topicId)) continue
      const { owners } = topics.get(topicId)!
      for (const partition of partitions) {
        if (partition >= owners.length || owners[partition] !== NOBODY) continue
        owners[partition] = i
        loads[i]!++
      }
    }
  }
}

function handOut({ members, topics }: Pool, loads: Int32Array): void {
  const least = new Heap(members, (a, b) => loads[a]! < loads[b]! || (loads[a] === loads[b] && a < b))
  for (const { owners } of topics) {
    for (let partition = 0; partition < owners.length; partition++) {
      if (owners[partition] !== NOBODY) continue
      owners[partition] = least.top
      loads[least.top]!++
      least.topGrew()
    }
  }
}

/**
 * Whoever gave never has to take afterwards, nor the other way round: the most only becomes less and the least more. So only
 * the top of each heap ever has to find a new place.
 */
function even({ members, topics }: Pool, loads: Int32Array): boolean {
  if (members.length < 2) return false
  const owned = ownedBy(topics)
  const most = new Heap([...owned.keys()], (a, b) => loads[a]! > loads[b]! || (loads[a] === loads[b] && a > b))
  const least = new Heap(members, (a, b) => loads[a]! < loads[b]! || (loads[a] === loads[b] && a < b))
  let moved = false
  while (most.size > 0 && loads[most.top]! - loads[least.top]! > 1) {
    const giver = most.top
    const taker = least.top
    const theirs = owned.get(giver)!
    const { topic, partition } = theirs.pop()!
    topic.owners[partition] = taker
    loads[giver]!--
    loads[taker]!++
    if (theirs.length === 0) most.dropTop()
    else most.topGrew()
    least.topGrew()
    moved = true
  }
  return moved
}

interface OwnedPartition {
  readonly topic: PooledTopic
  readonly partition: number
}

function ownedBy(topics: readonly PooledTopic[]): Map<number, OwnedPartition[]> {
  const owned = new Map<number, OwnedPartition[]>()
  for (const topic of topics) {
    for (const [partition, owner] of topic.owners.entries()) {
      const theirs = owned.get(owner)
      if (theirs === undefined) owned.set(owner, [{ topic, partition }])
      else theirs.push({ topic, partition })
    }
  }
  return owned
}

function collect(members: readonly AssignedMember[], pools: readonly Pool[]): ReadonlyMap<string, Assignment> {
  const assignments = members.map(() => new Map<string, number[]>())
  for (const { topics } of pools) {
    for (const { id, owners } of topics) {
      for (const [partition, owner] of owners.entries()) {
        const theirs = assignments[owner]!.get(id)
        if (theirs === undefined) assignments[owner]!.set(id, [partition])
        else theirs.push(partition)
      }
    }
  }
  return new Map(members.map(({ id }, i) => [id, assignments[i]!]))
}

/** A binary heap of members. */
class Heap {
  readonly #items: number[]
  readonly #before: (a: number, b: number) => boolean

  constructor(items: readonly number[], before: (a: number, b: number) => boolean) {
    this.#items = [...items]
    this.#before = before
    for (let i = (items.length >> 1) - 1; i >= 0; i--) this.#sink(i)
  }

  get size(): number {
    return this.#items.length
  }

  get top(): number {
    return this.#items[0]!
  }

  /** It may no longer belong there. */
  topGrew(): void {
    this.#sink(0)
  }

  dropTop(): void {
    const last = this.#items.pop()!
    if (this.#items.length === 0) return
    this.#items[0] = last
    this.#sink(0)
  }

  #sink(from: number): void {
    const items = this.#items
    const item = items[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++
      if (!this.#before(items[child]!, item)) break
      items[at] = items[child]!
      at = child
    }
    items[at] = item
  }
}
