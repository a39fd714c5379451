/** ListOffsets: where a partition begins and ends, and which offset a point in time has. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { offsetForTimestamp, offsetOfMaxTimestamp } from '../../log/offset-by-time.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6
const READ_COMMITTED = 1
const FIRST_VERSION_WITH_EPOCHS = 4

interface Found {
  readonly offset: number
  readonly timestamp: number
}

export const listOffsets = (broker: Broker) =>
  handler('ListOffsets', async ({ topics, isolationLevel }, context) => {
    const { version } = context
    const { leaderEpoch } = broker.directory
    const answers = topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex, timestamp, currentLeaderEpoch }) => {
          if (!context.may('DESCRIBE', 'TOPIC', name)) return { partitionIndex, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED }
          const log = broker.topics.named(name)?.partitions[partitionIndex]
          if (log === undefined) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
          if (currentLeaderEpoch >= 0 && currentLeaderEpoch < leaderEpoch)
            return { partitionIndex, errorCode: ErrorCode.FENCED_LEADER_EPOCH }
          if (currentLeaderEpoch > leaderEpoch) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH }
          const found = await find(log, timestamp, isolationLevel === READ_COMMITTED)
          const told = found.offset >= 0 && version >= FIRST_VERSION_WITH_EPOCHS
          return { partitionIndex, errorCode: 0, ...found, leaderEpoch: told ? leaderEpoch : -1 }
        }),
      ),
    }))
    return { topics: await Promise.all(answers) }
  })

async function find(log: PartitionLog, timestamp: number, committed: boolean): Promise<Found> {
  const end = committed ? log.lastStableOffset : log.highWatermark
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1 }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, timestamp: -1 }
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return { offset: -1, timestamp: -1 }
    case MAX_TIMESTAMP:
      return (await offsetOfMaxTimestamp(log)) ?? NOT_FOUND
    default: {
      const found = await offsetForTimestamp(log, timestamp)
      return found === undefined || found.offset >= end ? NOT_FOUND : found
    }
  }
}

const NOT_FOUND: Found = { offset: -1, timestamp: -1 }
