/** AlterReplicaLogDirs: partitions may stay in the one directory that there is. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

export const alterReplicaLogDirs = (broker: Broker) =>
  handler('AlterReplicaLogDirs', ({ dirs }, context) => {
    const may = context.may('ALTER', 'CLUSTER', CLUSTER_NAME)
    // Of a partition that is named twice the last one counts.
    const wanted = new Map<string, Map<number, string>>()
    for (const { path, topics } of dirs)
      for (const { name, partitions } of topics) {
        if (partitions.length === 0) continue
        const paths = wanted.get(name) ?? new Map<number, string>()
        for (const index of partitions) paths.set(index, path)
        wanted.set(name, paths)
      }
    return {
      results: Array.from(wanted, ([topicName, paths]) => ({
        topicName,
        partitions: Array.from(paths, ([partitionIndex, path]) => ({
          partitionIndex,
          errorCode: may ? moved(broker, topicName, partitionIndex, path) : ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        })),
      })),
    }
  })

function moved({ directory, topics }: Broker, name: string, partition: number, path: string): number {
  if (path !== directory.path) return ErrorCode.LOG_DIR_NOT_FOUND
  if (directory.committer.failure !== undefined) return ErrorCode.KAFKA_STORAGE_ERROR
  return topics.named(name)?.partitions[partition] === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : 0
}
