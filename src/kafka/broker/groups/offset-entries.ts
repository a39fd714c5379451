/** What the journal's section of offsets holds. Each entry begins with its kind. */
import { array, bool, data, flexible, int32, int64, string, type MessageOf, uuid } from '../../protocol/schema.ts'

export const OffsetEntryKind = { Committed: 1, Deleted: 2, Pending: 3, Ended: 4 } as const

const topics = () =>
  array({
    topicId: uuid(),
    partitions: array({
      partition: int32(),
      offset: int64(),
      leaderEpoch: int32(),
      metadata: string(),
      committedMs: int64(),
      /** −1: as long as offsets are kept. */
      expiresMs: int64().default(-1).tagged(0),
      /** Of one that is pending: another one was committed since, and stays. */
      superseded: bool().tagged(1),
    }),
  })

/** These are the offsets of these partitions. */
export const CommittedEntry = data('CommittedEntry', '0', flexible('0+'), { groupId: string(), topics: topics() })
export type OffsetTopics = MessageOf<typeof CommittedEntry>['topics']

/** These partitions have no offset, none of the group where `topics` is null. */
export const DeletedOffsetsEntry = data('DeletedOffsetsEntry', '0', flexible('0+'), {
  groupId: string(),
  topics: array({ topicId: uuid(), partitions: array(int32()) }).nullable(),
})

/** These wait for the end of the producer's transaction. */
export const PendingEntry = data('PendingEntry', '0', flexible('0+'), {
  producerId: int64(),
  groupId: string(),
  topics: topics(),
})

/** Nothing of this producer waits in these groups any more, and these are their offsets now. */
export const EndedEntry = data('EndedEntry', '0', flexible('0+'), {
  producerId: int64(),
  groups: array({ groupId: string(), topics: topics() }),
})
