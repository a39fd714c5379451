/** Whether a new leader still has what was read from the one before (KIP-320). */
import { ErrorCode } from '../../protocol/errors.ts'
import type { KafkaClient } from '../client.ts'
import { refused } from '../errors.ts'
import type { PartitionLeader } from '../metadata.ts'
import type { AssignedPartition } from './assigned-partition.ts'

/** Where the log of the epoch that was read last ends at the new leader; undefined where it can't say. */
export async function truncatedTo(
  client: KafkaClient,
  { topic, partition, offsetEpoch, name }: AssignedPartition,
  leader: PartitionLeader,
): Promise<number | undefined> {
  const link = client.linkTo(leader.leader)
  const connection = await link.connect()
  if (connection.versionOf('OffsetForLeaderEpoch') === undefined) return undefined
  const answer = await connection.ask('OffsetForLeaderEpoch', version => ({
    ...(version >= 3 ? { replicaId: -1 } : {}),
    topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: leader.epoch, leaderEpoch: offsetEpoch }] }],
  }))
  const found = answer.topics[0]?.partitions[0]
  if (found === undefined) return undefined
  if (found.errorCode !== ErrorCode.NONE)
    throw refused(found.errorCode, { broker: link.name, what: 'OffsetForLeaderEpoch', of: name })
  return found.endOffset >= 0 ? found.endOffset : undefined
}
