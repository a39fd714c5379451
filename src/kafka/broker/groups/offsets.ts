/**
 * How far groups have read: offsets that are committed, and offsets that wait for the end of a transaction. The journal's section
 * of offsets; topics are known by their ids, so that one that takes a deleted one's name begins anew.
 *
 *     commit g A-0@5                         g: A-0@5
 *     stage  g A-0@7 by producer 3           g: A-0@5, unstable
 *     complete 3 in g, commit                g: A-0@7
 */
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import { codecOf } from '../../protocol/codec.ts'
import { Reader } from '../../protocol/reader.ts'
import type { InputOf, Message } from '../../protocol/schema.ts'
import { Writer } from '../../protocol/writer.ts'
import { unknownEntry } from './group-journal.ts'
import { CommittedEntry, DeletedOffsetsEntry, EndedEntry, OffsetEntryKind, PendingEntry } from './offset-entries.ts'

export interface CommittedOffset {
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly committedMs: number
  /** −1: as long as the broker keeps offsets. */
  readonly expiresMs: number
}

export interface TopicOffsets {
  readonly topicId: string
  readonly partitions: readonly CommittedOffset[]
}

export interface TopicPartitionList {
  readonly topicId: string
  readonly partitions: readonly number[]
}

interface PendingOffset extends CommittedOffset {
  /** Another one was committed since: the transaction's end does not change it. */
  readonly superseded: boolean
}

type ByTopic<O> = Map<string, Map<number, O>>

interface GroupOffsets {
  readonly committed: ByTopic<CommittedOffset>
  /** By producer id. */
  readonly pending: Map<number, ByTopic<PendingOffset>>
}

export class Offsets implements JournalSection {
  readonly id = 4
  readonly name = 'offsets'
  readonly #groups = new Map<string, GroupOffsets>()
  readonly #writer = new Writer()
  #journal: StateJournal | undefined

  /** Topics that are not there any more take their offsets with them. */
  open(journal: StateJournal, isTopic: (topicId: string) => boolean): void {
    this.#journal = journal
    const gone = new Set<string>()
    for (const group of this.#groups.values())
      for (const topics of topicsIn(group)) for (const topicId of topics.keys()) if (!isTopic(topicId)) gone.add(topicId)
    for (const topicId of gone) this.forgetTopic(topicId)
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────

  groupIds(): Iterable<string> {
    return this.#groups.keys()
  }

  /** All that are committed; undefined where there are none. */
  of(groupId: string): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> | undefined {
    return this.#groups.get(groupId)?.committed
  }

  /** A transaction will perhaps change this partition's offset. */
  isPending(groupId: string, topicId: string, partition: number): boolean {
    for (const topics of this.#groups.get(groupId)?.pending.values() ?? []) if (topics.get(topicId)?.has(partition)) return true
    return false
  }

  hasTransactions(groupId: string): boolean {
    return (this.#groups.get(groupId)?.pending.size ?? 0) > 0
  }

  // ── committing ────────────────────────────────────────────────────────────────────────────────────

  commit(groupId: string, topics: readonly TopicOffsets[]): void {
    this.#say(OffsetEntryKind.Committed, CommittedEntry, { groupId, topics })
    this.#commit(groupId, topics)
  }

  #commit(groupId: string, topics: readonly TopicOffsets[]): void {
    const { committed, pending } = this.#group(groupId)
    for (const { topicId, partitions } of topics) {
      const known = partitionsIn(committed, topicId)
      for (const offset of partitions) known.set(offset.partition, offset)
      for (const theirs of pending.values()) supersede(theirs.get(topicId), partitions)
    }
  }

  delete(groupId: string, topics: readonly TopicPartitionList[]): void {
    this.#say(OffsetEntryKind.Deleted, DeletedOffsetsEntry, { groupId, topics })
    this.#delete(groupId, topics)
  }

  deleteGroup(groupId: string): void {
    if (!this.#groups.has(groupId)) return
    this.#say(OffsetEntryKind.Deleted, DeletedOffsetsEntry, { groupId, topics: null })
    this.#delete(groupId, null)
  }

  #delete(groupId: string, topics: readonly TopicPartitionList[] | null): void {
    const group = this.#groups.get(groupId)
    if (group === undefined) return
    if (topics === null) {
      this.#groups.delete(groupId)
      return
    }
    for (const byTopic of topicsIn(group)) for (const { topicId, partitions } of topics) drop(byTopic, topicId, partitions)
    this.#tidy(groupId, group)
  }

  /** Of all groups. The journal need not say so: it says that the topic is gone. */
  forgetTopic(topicId: string): void {
    for (const [groupId, group] of this.#groups) {
      for (const byTopic of topicsIn(group)) byTopic.delete(topicId)
      this.#tidy(groupId, group)
    }
  }

  // ── transactions ──────────────────────────────────────────────────────────────────────────────────

  /** These wait for the end of the producer's transaction. */
  stage(groupId: string, producerId: number, topics: readonly TopicOffsets[]): void {
    this.#say(OffsetEntryKind.Pending, PendingEntry, { producerId, groupId, topics })
    this.#stage(groupId, producerId, topics)
  }

  #stage(
    groupId: string,
    producerId: number,
    topics: readonly {
      readonly topicId: string
      readonly partitions: readonly (CommittedOffset & { readonly superseded?: boolean })[]
    }[],
  ): void {
    const { pending } = this.#group(groupId)
    let theirs = pending.get(producerId)
    if (theirs === undefined) pending.set(producerId, (theirs = new Map()))
    for (const { topicId, partitions } of topics) {
      const known = partitionsIn(theirs, topicId)
      for (const offset of partitions) known.set(offset.partition, { ...offset, superseded: offset.superseded ?? false })
    }
  }

  /** The transaction has ended: what waits in these groups is committed, or forgotten. A second time there is nothing to do. */
  complete(producerId: number, groupIds: Iterable<string>, outcome: 'commit' | 'abort'): void {
    const groups: { readonly groupId: string; readonly topics: readonly TopicOffsets[] }[] = []
    for (const groupId of new Set(groupIds)) {
      const pending = this.#groups.get(groupId)?.pending.get(producerId)
      if (pending !== undefined) groups.push({ groupId, topics: outcome === 'commit' ? toApply(pending) : [] })
    }
    if (groups.length === 0) return
    this.#say(OffsetEntryKind.Ended, EndedEntry, { producerId, groups })
    this.#end(producerId, groups)
  }

  #end(producerId: number, groups: readonly { readonly groupId: string; readonly topics: readonly TopicOffsets[] }[]): void {
    for (const { groupId, topics } of groups) {
      const group = this.#groups.get(groupId)
      group?.pending.delete(producerId)
      if (topics.length > 0) this.#commit(groupId, topics)
      else if (group !== undefined) this.#tidy(groupId, group)
    }
  }

  // ── the journal ───────────────────────────────────────────────────────────────────────────────────

  replay(entry: Uint8Array): void {
    const reader = new Reader(entry)
    const kind = reader.int8()
    switch (kind) {
      case OffsetEntryKind.Committed: {
        const { groupId, topics } = codecOf(CommittedEntry, 0).decode(reader)
        return this.#commit(groupId, topics)
      }
      case OffsetEntryKind.Deleted: {
        const { groupId, topics } = codecOf(DeletedOffsetsEntry, 0).decode(reader)
        return this.#delete(groupId, topics)
      }
      case OffsetEntryKind.Pending: {
        const { groupId, producerId, topics } = codecOf(PendingEntry, 0).decode(reader)
        return this.#stage(groupId, producerId, topics)
      }
      case OffsetEntryKind.Ended: {
        const { producerId, groups } = codecOf(EndedEntry, 0).decode(reader)
        return this.#end(producerId, groups)
      }
      default:
        throw unknownEntry(this.name, kind)
    }
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const [groupId, { committed, pending }] of this.#groups) {
      for (const topics of listed(committed))
        yield this.#encode(OffsetEntryKind.Committed, CommittedEntry, { groupId, topics: [topics] })
      for (const [producerId, theirs] of pending)
        for (const topics of listed(theirs))
          yield this.#encode(OffsetEntryKind.Pending, PendingEntry, { producerId, groupId, topics: [topics] })
    }
  }

  #say<M extends Message>(kind: number, message: M, entry: InputOf<M>): void {
    this.#journal!.append(this.id, this.#encode(kind, message, entry))
  }

  #encode<M extends Message>(kind: number, message: M, entry: InputOf<M>): Uint8Array {
    this.#writer.int8(kind)
    codecOf(message, 0).encode(entry, this.#writer)
    return this.#writer.take()
  }

  #group(groupId: string): GroupOffsets {
    let group = this.#groups.get(groupId)
    if (group === undefined) this.#groups.set(groupId, (group = { committed: new Map(), pending: new Map() }))
    return group
  }

  #tidy(groupId: string, { committed, pending }: GroupOffsets): void {
    for (const [producerId, theirs] of pending) if (theirs.size === 0) pending.delete(producerId)
    if (committed.size === 0 && pending.size === 0) this.#groups.delete(groupId)
  }
}

function* topicsIn({ committed, pending }: GroupOffsets): Iterable<Map<string, Map<number, unknown>>> {
  yield committed
  yield* pending.values()
}

function partitionsIn<O>(byTopic: ByTopic<O>, topicId: string): Map<number, O> {
  let partitions = byTopic.get(topicId)
  if (partitions === undefined) byTopic.set(topicId, (partitions = new Map()))
  return partitions
}

function drop(byTopic: Map<string, Map<number, unknown>>, topicId: string, partitions: readonly number[]): void {
  const known = byTopic.get(topicId)
  if (known === undefined) return
  for (const partition of partitions) known.delete(partition)
  if (known.size === 0) byTopic.delete(topicId)
}

function supersede(pending: Map<number, PendingOffset> | undefined, partitions: readonly CommittedOffset[]): void {
  if (pending === undefined) return
  for (const { partition } of partitions) {
    const waiting = pending.get(partition)
    if (waiting !== undefined) pending.set(partition, { ...waiting, superseded: true })
  }
}

const toApply = (pending: ByTopic<PendingOffset>): TopicOffsets[] =>
  Array.from(pending, ([topicId, partitions]) => ({
    topicId,
    partitions: Array.from(partitions.values()).filter(({ superseded }) => !superseded),
  })).filter(({ partitions }) => partitions.length > 0)

const listed = <O>(byTopic: ByTopic<O>): { readonly topicId: string; readonly partitions: readonly O[] }[] =>
  Array.from(byTopic, ([topicId, partitions]) => ({ topicId, partitions: [...partitions.values()] }))
