/**
 * How a member gets from the partitions it has to those it is meant to have, so that no partition ever has two owners (KIP-848):
 * first it gives up what is not to stay, and says so; then it gets what is free, and waits for what is not.
 *
 *     a: epoch 4, has 0 1 2 3, target (epoch 5) 0 1      b: new, target 2 3
 *
 *     a  unrevoked    has 0 1, revokes 2 3, epoch 4       b  unreleased  has nothing, epoch 5: 2 and 3 are not free
 *     a  says it owns 0 1: stable, epoch 5                b  gets 2 3: stable, epoch 5
 */
import type { Assignment } from './assignment.ts'

/**
 * `stable`: as its target of that epoch says. `unrevoked`: it is asked to give up partitions, and stays in its epoch until it has.
 * `unreleased`: it waits for partitions that others still have.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased'

/** Partitions by topic id, each with the epoch in which the member got it. */
export type Held = ReadonlyMap<string, ReadonlyMap<number, number>>

export interface Position {
  readonly state: MemberState
  readonly epoch: number
  /** The one before: an answer that told of `epoch` may not have arrived. */
  readonly previousEpoch: number
  readonly held: Held
  /** What it had and is asked to give up. Nobody else gets it before it has said that it did. */
  readonly revoking: Held
}

const NOTHING: Held = new Map()

export const START: Position = { state: 'stable', epoch: 0, previousEpoch: 0, held: NOTHING, revoking: NOTHING }

export interface Reconciliation {
  readonly target: Assignment
  /** Of the target. */
  readonly epoch: number
  /** Nobody else has the partition. */
  readonly isFree: (topicId: string, partition: number) => boolean
  /** What the member says it owns; undefined where it says nothing. */
  readonly owned: Assignment | undefined
}

/** The member's next position; the same one where nothing changes. */
export function reconcile(position: Position, step: Reconciliation): Position {
  if (position.state !== 'unrevoked') return advance(position, position.epoch, step)
  if (ownsAny(step.owned, position.revoking)) return position
  // It has given up what an older target asked for, and is past its epoch.
  return advance(position, Math.min(position.epoch + 1, step.epoch), step)
}

function advance(position: Position, epoch: number, step: Reconciliation): Position {
  const { kept, revoking } = split(position.held, step.target)
  const next = (state: MemberState, to: number, held: Held, rest: Held = NOTHING): Position => {
    const previousEpoch = to === position.epoch ? position.previousEpoch : position.epoch
    return { state, epoch: to, previousEpoch, held, revoking: rest }
  }
  if (revoking.size > 0 && ownsAny(step.owned, revoking)) return next('unrevoked', epoch, kept, revoking)
  const waits = take(kept, step)
  return next(waits ? 'unreleased' : 'stable', step.epoch, kept)
}

function split(held: Held, target: Assignment): { readonly kept: Map<string, Map<number, number>>; readonly revoking: Held } {
  const kept = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  for (const [topicId, partitions] of held) {
    const wanted = new Set(target.get(topicId))
    for (const [partition, since] of partitions) put(wanted.has(partition) ? kept : revoking, topicId, partition, since)
  }
  return { kept, revoking }
}

/** Adds what is free of what the target has besides. True where some of it is not. */
function take(held: Map<string, Map<number, number>>, { target, epoch, isFree }: Reconciliation): boolean {
  let waits = false
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (held.get(topicId)?.has(partition)) continue
      if (isFree(topicId, partition)) put(held, topicId, partition, epoch)
      else waits = true
    }
  }
  return waits
}

function put(into: Map<string, Map<number, number>>, topicId: string, partition: number, since: number): void {
  const known = into.get(topicId)
  if (known === undefined) into.set(topicId, new Map([[partition, since]]))
  else known.set(partition, since)
}

/** Who does not say what it owns may own anything. */
const ownsAny = (owned: Assignment | undefined, held: Held): boolean =>
  owned === undefined || Array.from(owned).some(([topicId, partitions]) => partitions.some(p => held.get(topicId)?.has(p)))

export const samePosition = (one: Position, other: Position): boolean =>
  one.state === other.state &&
  one.epoch === other.epoch &&
  one.previousEpoch === other.previousEpoch &&
  sameHeld(one.held, other.held) &&
  sameHeld(one.revoking, other.revoking)

/** The partitions are the same, since whenever. */
export function sameHeld(one: Held, other: Held): boolean {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId)
    if (others?.size !== partitions.size) return false
    for (const partition of partitions.keys()) if (!others.has(partition)) return false
  }
  return true
}

export function* partitionsOf(held: Held): Iterable<readonly [topicId: string, partition: number]> {
  for (const [topicId, partitions] of held) for (const partition of partitions.keys()) yield [topicId, partition]
}
