/** A member of a consumer group (KIP-848). */
import { type Assignment, NO_PARTITIONS, assignmentOf, topicPartitionsOf } from './assignment.ts'
import { NEVER } from './group-context.ts'
import type { ConsumerGroupChange, ConsumerGroupEntry } from './group-entries.ts'
import { type Held, type MemberState, type Position, START } from './reconciliation.ts'
import type { Subscription } from './subscriptions.ts'

/** What a member says of itself. */
export interface MemberDescription {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  /** By which it wants the group to be assigned. */
  readonly assignor: string | null
}

export class ConsumerMember {
  readonly id: string
  description: MemberDescription
  subscription: Subscription
  position: Position = START
  target: Assignment = NO_PARTITIONS
  /** When it is given up unless it is heard of. */
  sessionDeadlineMs = NEVER
  /** When it is given up unless it has given up what it was asked to. */
  revocationDeadlineMs = NEVER

  constructor(id: string, description: MemberDescription, subscription: Subscription) {
    this.id = id
    this.description = description
    this.subscription = subscription
  }

  descriptionEntry(): NonNullable<ConsumerGroupChange['members']>[number] {
    const { names, pattern } = this.subscription
    return { memberId: this.id, ...this.description, topics: [...names], pattern }
  }

  targetEntry(): NonNullable<ConsumerGroupChange['targets']>[number] {
    return { memberId: this.id, assignment: topicPartitionsOf(this.target) }
  }

  positionEntry(): NonNullable<ConsumerGroupChange['current']>[number] {
    const { epoch, previousEpoch, state, held, revoking } = this.position
    const number = states.indexOf(state)
    return { memberId: this.id, epoch, previousEpoch, state: number, held: heldEntry(held), revoking: heldEntry(revoking) }
  }
}

/** By the numbers they have in the journal. */
const states: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased']

type CurrentEntry = ConsumerGroupEntry['current'][number]

export const positionOf = ({ epoch, previousEpoch, state, held, revoking }: CurrentEntry): Position => ({
  state: states[state] ?? 'stable',
  epoch,
  previousEpoch,
  held: heldOf(held),
  revoking: heldOf(revoking),
})

export const targetOf = ({ assignment }: ConsumerGroupEntry['targets'][number]): Assignment => assignmentOf(assignment)

const heldEntry = (held: Held) =>
  Array.from(held, ([topicId, partitions]) => ({ topicId, partitions: [...partitions.keys()], epochs: [...partitions.values()] }))

const heldOf = (entry: CurrentEntry['held']): Held =>
  new Map(
    entry.map(({ topicId, partitions, epochs }) => [
      topicId,
      new Map(partitions.map((partition, i) => [partition, epochs[i] ?? 0])),
    ]),
  )
