/**
 * Partitions by topic id: what a member is to have, has, or says it has.
 *
 *     parseAssignment('A 0 1 2, B 0')           A → [0, 1, 2], B → [0]
 *     sameAssignment(a, b)
 */

/** Partitions ascending, each once; no topic without any. */
export type Assignment = ReadonlyMap<string, readonly number[]>

/** As requests and responses have it. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export const NO_PARTITIONS: Assignment = new Map()

export function sameAssignment(one: Assignment, other: Assignment): boolean {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId)
    if (others === undefined || others.length !== partitions.length) return false
    for (let i = 0; i < partitions.length; i++) if (partitions[i] !== others[i]) return false
  }
  return true
}

export const assignmentOf = (topics: readonly TopicPartitions[]): Assignment =>
  new Map(
    topics.flatMap(({ topicId, partitions }) =>
      partitions.length === 0 ? [] : [[topicId, partitions.toSorted((a, b) => a - b)] as const],
    ),
  )

export const topicPartitionsOf = (assignment: Assignment): TopicPartitions[] =>
  Array.from(assignment, ([topicId, partitions]) => ({ topicId, partitions }))

export function countOf(assignment: Assignment): number {
  let count = 0
  for (const partitions of assignment.values()) count += partitions.length
  return count
}

/** `A 0 1, B 2` */
export const parseAssignment = (text: string): Assignment =>
  assignmentOf(
    text.split(',').flatMap(part => {
      const [topicId, ...partitions] = part.trim().split(/\s+/)
      return topicId === undefined || topicId === '' ? [] : [{ topicId, partitions: partitions.map(Number) }]
    }),
  )

/** Topics by their ids, ascending. */
export const printAssignment = (assignment: Assignment): string =>
  Array.from(assignment.keys())
    .toSorted()
    .map(topicId => [topicId, ...assignment.get(topicId)!].join(' '))
    .join(', ')
