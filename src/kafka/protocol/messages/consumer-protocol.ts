/** What consumers of classic groups tell each other inside of JoinGroup and SyncGroup; a broker passes it on. */
import { type MessageOf, array, bytes, data, flexible, int32, string } from '../schema.ts'

export const ConsumerProtocolSubscription = data('ConsumerProtocolSubscription', '0-3', flexible('none'), {
  topics: array(string()),
  userData: bytes().orNull(),
  ownedPartitions: array('1+', { topic: string(), partitions: array(int32()) }).ignorable(),
  generationId: int32('2+').default(-1).ignorable(),
  rackId: string('3+').orNull().ignorable(),
})
export type ConsumerProtocolSubscription = MessageOf<typeof ConsumerProtocolSubscription>

export const ConsumerProtocolAssignment = data('ConsumerProtocolAssignment', '0-3', flexible('none'), {
  assignedPartitions: array({ topic: string(), partitions: array(int32()) }),
  userData: bytes().orNull(),
})
export type ConsumerProtocolAssignment = MessageOf<typeof ConsumerProtocolAssignment>
