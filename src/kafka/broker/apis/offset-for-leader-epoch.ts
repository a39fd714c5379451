/** OffsetForLeaderEpoch: where an epoch ended, so that a consumer sees whether what it read is still there. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const offsetForLeaderEpoch = (broker: Broker) =>
  handler('OffsetForLeaderEpoch', ({ topics }, context) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, leaderEpoch, currentLeaderEpoch }) => {
        if (!context.may('DESCRIBE', 'TOPIC', topic)) return { partition, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED }
        const log = broker.topics.named(topic)?.partitions[partition]
        if (log === undefined) return { partition, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
        const ours = broker.directory.leaderEpoch
        if (currentLeaderEpoch >= 0 && currentLeaderEpoch < ours) return { partition, errorCode: ErrorCode.FENCED_LEADER_EPOCH }
        if (currentLeaderEpoch > ours) return { partition, errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH }
        if (leaderEpoch > ours) return { partition, leaderEpoch: -1, endOffset: -1 }
        if (leaderEpoch === ours) return { partition, leaderEpoch, endOffset: log.highWatermark }
        const end = log.epochs.endOf(leaderEpoch, log.highWatermark)
        return { partition, leaderEpoch: end?.epoch ?? -1, endOffset: end?.endOffset ?? -1 }
      }),
    })),
  }))
