/** Where replicas may lie: there is one broker. */
import { ErrorCode } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import { KafkaRefusal } from './topics.ts'

/** How many replicas a topic gets that asks for so many, −1 for as many as the broker says. Fails unless that is one. */
export function replicationFactorOf({ settings }: Broker, wanted: number): number {
  const factor = wanted === -1 ? settings.replicationFactor : wanted
  if (factor < 1)
    throw new KafkaRefusal(ErrorCode.INVALID_REPLICATION_FACTOR, `a partition has at least one replica, not ${wanted}`)
  if (factor > 1 && !settings.clampReplicationFactor)
    throw new KafkaRefusal(ErrorCode.INVALID_REPLICATION_FACTOR, `there is one broker, so no ${factor} replicas`)
  return 1
}

/** Fails where a partition can't lie on these brokers. */
export function checkReplicas({ nodeId }: Broker, brokerIds: readonly number[]): void {
  const problem =
    brokerIds.length === 0
      ? 'a partition lies on a broker'
      : new Set(brokerIds).size < brokerIds.length
        ? 'a partition has one replica on a broker'
        : brokerIds.some(id => id !== nodeId)
          ? `there is one broker, ${nodeId}, and no other`
          : undefined
  if (problem !== undefined)
    throw new KafkaRefusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `${problem}: not [${brokerIds.slice(0, 10).join(', ')}]`)
}
