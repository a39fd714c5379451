/** What a broker's properties say of groups and their offsets. */
import { InvalidConfigError, listOf } from '../config/definition.ts'

export interface GroupSettings {
  // Groups of the classic protocol.
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly initialRebalanceDelayMs: number
  readonly maxSize: number
  // Groups of KIP-848. A group may have times of its own.
  readonly consumerSessionTimeoutMs: number
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerAssignmentIntervalMs: number
  readonly consumerMaxSize: number
  /** Names of assignors; the first is for groups whose members do not say. */
  readonly consumerAssignors: readonly string[]
  // Offsets.
  readonly offsetMetadataMaxBytes: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckMs: number
}

/** `valueOf`: a property's text, its default included. */
export function groupSettings(valueOf: (name: string) => string): GroupSettings {
  const number = (name: string) => Number(valueOf(name))
  const consumer = (what: string) => within(what, number)
  const sessionTimeoutMs = consumer('session.timeout.ms')
  const heartbeatIntervalMs = consumer('heartbeat.interval.ms')
  if (sessionTimeoutMs <= heartbeatIntervalMs)
    throw invalid(`group.consumer.session.timeout.ms is more than group.consumer.heartbeat.interval.ms, not ${sessionTimeoutMs}`)
  if (number('group.min.session.timeout.ms') > number('group.max.session.timeout.ms'))
    throw invalid('group.min.session.timeout.ms is at most group.max.session.timeout.ms')
  const consumerAssignors = listOf(valueOf('group.consumer.assignors'))
  if (consumerAssignors.length === 0) throw invalid('group.consumer.assignors names at least one')
  return {
    minSessionTimeoutMs: number('group.min.session.timeout.ms'),
    maxSessionTimeoutMs: number('group.max.session.timeout.ms'),
    initialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
    maxSize: number('group.max.size'),
    consumerSessionTimeoutMs: sessionTimeoutMs,
    consumerHeartbeatIntervalMs: heartbeatIntervalMs,
    consumerAssignmentIntervalMs: consumer('assignment.interval.ms'),
    consumerMaxSize: number('group.consumer.max.size'),
    consumerAssignors,
    offsetMetadataMaxBytes: number('offset.metadata.max.bytes'),
    offsetsRetentionMs: number('offsets.retention.minutes') * 60_000,
    offsetsRetentionCheckMs: number('offsets.retention.check.interval.ms'),
  }
}

/** `group.consumer.session.timeout.ms` lies between `group.consumer.min.…` and `group.consumer.max.…`. */
function within(what: string, number: (name: string) => number): number {
  const value = number(`group.consumer.${what}`)
  const [min, max] = [number(`group.consumer.min.${what}`), number(`group.consumer.max.${what}`)]
  if (value < min) throw invalid(`group.consumer.${what} is at least group.consumer.min.${what} (${min}), not ${value}`)
  if (value > max) throw invalid(`group.consumer.${what} is at most group.consumer.max.${what} (${max}), not ${value}`)
  return value
}

const invalid = (message: string): InvalidConfigError => new InvalidConfigError('CONFIG_INVALID', 'user', message)
