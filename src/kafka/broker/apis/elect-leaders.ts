/** ElectLeaders: nobody needs to be elected, since every partition has one replica. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import type { Topic } from '../topics.ts'

/** Preferred, and unclean. */
const TYPES: ReadonlySet<number> = new Set([0, 1])

export const electLeaders = (broker: Broker) =>
  handler('ElectLeaders', ({ electionType, topicPartitions }, context) => {
    const all = () => Array.from(broker.topics.all, ({ name }) => ({ topic: name, partitions: [] }))
    const refusal = !context.may('ALTER', 'CLUSTER', CLUSTER_NAME)
      ? ErrorCode.CLUSTER_AUTHORIZATION_FAILED
      : TYPES.has(electionType)
        ? 0
        : ErrorCode.INVALID_REQUEST
    return {
      errorCode: refusal,
      replicaElectionResults: (topicPartitions ?? all()).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map(partitionId => ({
          partitionId,
          ...(refusal === 0 ? elected(broker.topics.named(topic), partitionId) : { errorCode: refusal, errorMessage: null }),
        })),
      })),
    }
  })

const elected = (topic: Topic | undefined, partition: number) =>
  topic?.partitions[partition] === undefined
    ? { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: 'there is no such partition' }
    : { errorCode: ErrorCode.ELECTION_NOT_NEEDED, errorMessage: 'the partition has a leader, and no other replica' }
