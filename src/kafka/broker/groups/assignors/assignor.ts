/**
 * Who reads what: the broker's part of KIP-848.
 *
 * The group promises: subscriptions name topics that are there; `before` is what each member was last meant to have.
 * An assignor promises: every partition of every topic that someone subscribes to has exactly one member, a subscriber; the
 * answer follows from the arguments alone.
 */
import type { Assignment } from '../assignment.ts'

export interface AssignedMember {
  readonly id: string
  /** A static member's. */
  readonly instanceId: string | null
  /** Topic ids. Members of one subscription share one set: it is by the set that they are told to be alike. */
  readonly topics: ReadonlySet<string>
  readonly before: Assignment
}

/** Answers an assignment for each member, by id. */
export type Assignor = (
  members: readonly AssignedMember[],
  partitionCount: (topicId: string) => number,
) => ReadonlyMap<string, Assignment>
