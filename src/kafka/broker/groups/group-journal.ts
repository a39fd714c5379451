/**
 * The journal's section of groups. While it is replayed it keeps an image of each group; the groups themselves are made of the
 * images once all entries are read, since on the way there an entry may speak of what is only half there.
 */
import { MillraceError } from '../../../base/errors.ts'
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import { codecOf } from '../../protocol/codec.ts'
import { Reader } from '../../protocol/reader.ts'
import { Writer } from '../../protocol/writer.ts'
import {
  type ClassicGroupChange,
  ClassicGroupEntry,
  type ClassicMemberEntry,
  type ConsumerGroupChange,
  ConsumerGroupEntry,
  DeletedGroupEntry,
  EntryKind,
} from './group-entries.ts'

export interface ClassicGroupImage {
  readonly kind: 'classic'
  readonly entry: ClassicGroupEntry
  readonly members: Map<string, ClassicMemberEntry>
}

/** A part is missing only where the journal ended within a change that nobody was told of. */
export interface ConsumerMemberImage {
  member?: ConsumerGroupEntry['members'][number]
  target?: ConsumerGroupEntry['targets'][number]
  current?: ConsumerGroupEntry['current'][number]
}

export interface ConsumerGroupImage {
  readonly kind: 'consumer'
  readonly entry: ConsumerGroupEntry
  readonly members: Map<string, ConsumerMemberImage>
  readonly patterns: Map<string, readonly string[]>
}

export type GroupImage = ClassicGroupImage | ConsumerGroupImage

/** Whatever can say all it is in one entry. */
export interface Journalled {
  snapshot(): Uint8Array
}

export class GroupJournal implements JournalSection {
  readonly id = 3
  readonly name = 'groups'
  readonly #writer = new Writer()
  readonly #groups: () => Iterable<Journalled>
  #images = new Map<string, GroupImage>()
  #journal: StateJournal | undefined

  constructor(groups: () => Iterable<Journalled>) {
    this.#groups = groups
  }

  /** The images of all groups, which are forgotten here. */
  open(journal: StateJournal): ReadonlyMap<string, GroupImage> {
    this.#journal = journal
    const images = this.#images
    this.#images = new Map()
    return images
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const group of this.#groups()) yield group.snapshot()
  }

  // ── writing ───────────────────────────────────────────────────────────────────────────────────────

  classicEntry(change: ClassicGroupChange): Uint8Array {
    this.#writer.int8(EntryKind.Classic)
    codecOf(ClassicGroupEntry, 0).encode(change, this.#writer)
    return this.#writer.take()
  }

  consumerEntry(change: ConsumerGroupChange): Uint8Array {
    this.#writer.int8(EntryKind.Consumer)
    codecOf(ConsumerGroupEntry, 0).encode(change, this.#writer)
    return this.#writer.take()
  }

  append(entry: Uint8Array): void {
    this.#journal!.append(this.id, entry)
  }

  deleted(groupId: string): void {
    this.#writer.int8(EntryKind.Deleted)
    codecOf(DeletedGroupEntry, 0).encode({ groupId }, this.#writer)
    this.append(this.#writer.take())
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────

  replay(entry: Uint8Array): void {
    const reader = new Reader(entry)
    const kind = reader.int8()
    switch (kind) {
      case EntryKind.Classic:
        return this.#replayClassic(codecOf(ClassicGroupEntry, 0).decode(reader))
      case EntryKind.Consumer:
        return this.#replayConsumer(codecOf(ConsumerGroupEntry, 0).decode(reader))
      case EntryKind.Deleted:
        this.#images.delete(codecOf(DeletedGroupEntry, 0).decode(reader).groupId)
        return
      default:
        throw unknownEntry(this.name, kind)
    }
  }

  #replayClassic(entry: ClassicGroupEntry): void {
    const before = this.#images.get(entry.groupId)
    const members = before?.kind === 'classic' && !entry.whole ? before.members : new Map<string, ClassicMemberEntry>()
    for (const memberId of entry.gone) members.delete(memberId)
    for (const member of entry.members) members.set(member.memberId, member)
    this.#images.set(entry.groupId, { kind: 'classic', entry, members })
  }

  #replayConsumer(entry: ConsumerGroupEntry): void {
    const before = this.#images.get(entry.groupId)
    const known = before?.kind === 'consumer' ? before : { members: new Map<string, ConsumerMemberImage>(), patterns: new Map() }
    const { members, patterns } = known
    for (const memberId of entry.gone) members.delete(memberId)
    const image = (memberId: string): ConsumerMemberImage => {
      const found = members.get(memberId)
      if (found !== undefined) return found
      const made: ConsumerMemberImage = {}
      members.set(memberId, made)
      return made
    }
    for (const member of entry.members) image(member.memberId).member = member
    for (const target of entry.targets) image(target.memberId).target = target
    for (const current of entry.current) image(current.memberId).current = current
    for (const { pattern, topics } of entry.patterns) patterns.set(pattern, topics)
    this.#images.set(entry.groupId, { kind: 'consumer', entry, members, patterns })
  }
}

/** Passing over it would lose what a newer version knows. */
export const unknownEntry = (section: string, kind: number): MillraceError =>
  new MillraceError('JOURNAL_SECTION', 'external', `the journal's section of ${section} has entries of an unknown kind ${kind}`, {
    hint: 'was this directory written by a newer version?',
  })
