/** DescribeLogDirs: the one directory, what partitions take in it, and how much room there is. */
import { groupBy } from '../../../base/group-by.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

export const describeLogDirs = (broker: Broker) =>
  handler('DescribeLogDirs', async ({ topics }, context) => {
    if (!context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME)) return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }
    const logs =
      topics === null
        ? Array.from(broker.directory.logs)
        : topics.flatMap(({ topic, partitions }) => {
            const known = broker.topics.named(topic)?.partitions ?? []
            return [...new Set(partitions)].flatMap(index => known[index] ?? [])
          })
    const { totalBytes, freeBytes } = await broker.directory.space()
    return {
      results: [
        {
          errorCode: broker.directory.committer.failure === undefined ? 0 : ErrorCode.KAFKA_STORAGE_ERROR,
          logDir: broker.directory.path,
          topics: Array.from(
            groupBy(logs, ({ id }) => id.topic),
            ([name, ofTopic]) => ({
              name,
              partitions: ofTopic.map(({ id, bytes }) => ({ partitionIndex: id.partition, partitionSize: bytes })),
            }),
          ),
          totalBytes: known(totalBytes),
          usableBytes: known(freeBytes),
        },
      ],
    }
  })

/** Memory may have no limit that it knows of. */
const known = (bytes: number): number => (Number.isFinite(bytes) ? bytes : -1)
