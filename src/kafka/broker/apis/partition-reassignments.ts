/** AlterPartitionReassignments and ListPartitionReassignments: partitions may stay where they are, and nothing else. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { checkReplicas } from '../placement.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { KafkaRefusal } from '../topics.ts'

const NOT_AUTHORIZED = { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'not authorized' }

export const alterPartitionReassignments = (broker: Broker) =>
  handler('AlterPartitionReassignments', ({ topics, allowReplicationFactorChange }, context) => {
    if (!context.may('ALTER', 'CLUSTER', CLUSTER_NAME)) return { allowReplicationFactorChange, ...NOT_AUTHORIZED }
    return {
      allowReplicationFactorChange,
      errorMessage: null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => ({
          partitionIndex,
          ...reassigned(broker, name, partitionIndex, replicas),
        })),
      })),
    }
  })

/** `replicas`: null ends what is under way, and nothing ever is. */
function reassigned(broker: Broker, name: string, partition: number, replicas: readonly number[] | null) {
  try {
    if (broker.topics.named(name)?.partitions[partition] === undefined)
      throw new KafkaRefusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'there is no such partition')
    if (replicas === null) throw new KafkaRefusal(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, 'the partition stays where it is')
    checkReplicas(broker, replicas)
    return { errorCode: 0, errorMessage: null }
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return { errorCode: error.errorCode, errorMessage: error.message }
  }
}

export const listPartitionReassignments = () =>
  handler('ListPartitionReassignments', (_request, context) =>
    context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME) ? { errorMessage: null, topics: [] } : NOT_AUTHORIZED,
  )
