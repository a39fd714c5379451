/**
 * Ranges: each topic's partitions are cut into as many runs as it has subscribers, the first ones longer by one.
 *
 *     orders, payments with 5 partitions each      ann   orders 0 1 2, payments 0 1 2
 *                                                  bob   orders 3 4,   payments 3 4
 *
 * Topics of equal size are cut alike, so that what belongs together by key meets in one member. Static members come first, by their
 * instance ids: a restart that gives them other member ids moves nothing.
 */
import type { Assignment } from '../assignment.ts'
import type { AssignedMember, Assignor } from './assignor.ts'

export const range: Assignor = (members, partitionCount) => {
  const assignments = new Map<string, Map<string, readonly number[]>>()
  const subscribers = new Map<string, AssignedMember[]>()
  for (const member of members.toSorted(inOrder)) {
    assignments.set(member.id, new Map())
    for (const topicId of member.topics) {
      const known = subscribers.get(topicId)
      if (known === undefined) subscribers.set(topicId, [member])
      else known.push(member)
    }
  }
  for (const [topicId, those] of subscribers) {
    const count = partitionCount(topicId)
    const length = Math.floor(count / those.length)
    const longer = count % those.length
    let start = 0
    for (const [i, { id }] of those.entries()) {
      const end = start + length + (i < longer ? 1 : 0)
      if (end > start) assignments.get(id)!.set(topicId, numbers(start, end))
      start = end
    }
  }
  return assignments satisfies ReadonlyMap<string, Assignment>
}

const numbers = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i)

function inOrder(a: AssignedMember, b: AssignedMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId)
  if (a.instanceId !== null || b.instanceId !== null) return a.instanceId === null ? 1 : -1
  return compare(a.id, b.id)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
