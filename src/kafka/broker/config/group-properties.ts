/** A broker's properties of groups and their offsets. */
import type { ConfigDefinition } from './definition.ts'

const INT_MAX = 2 ** 31 - 1

const int = (name: string, initial: number, description: string, min = 1): ConfigDefinition => ({
  name,
  type: 'int',
  default: String(initial),
  description,
  min,
})

export const groupProperties: readonly ConfigDefinition[] = [
  {
    ...int('group.consumer.assignment.interval.ms', 1000, 'time between two assignments of a consumer group', 0),
    dynamic: 'cluster',
  },
  {
    name: 'group.consumer.assignors',
    type: 'list',
    default: 'uniform,range',
    values: ['uniform', 'range'],
    description: 'how partitions are assigned in a consumer group; the first is the default',
  },
  int('group.consumer.heartbeat.interval.ms', 5000, 'time between two heartbeats of a consumer group'),
  int('group.consumer.max.assignment.interval.ms', 15_000, 'greatest consumer.assignment.interval.ms', 0),
  int('group.consumer.max.heartbeat.interval.ms', 15_000, 'greatest consumer.heartbeat.interval.ms'),
  int('group.consumer.max.session.timeout.ms', 60_000, 'greatest consumer.session.timeout.ms'),
  int('group.consumer.max.size', INT_MAX, 'members of a consumer group'),
  {
    name: 'group.consumer.migration.policy',
    type: 'string',
    default: 'disabled',
    values: ['bidirectional', 'upgrade', 'downgrade', 'disabled'],
    anyCase: true,
    description: 'may a group with members change its protocol',
    inert: 'a group changes its protocol while it has no members',
  },
  int('group.consumer.min.assignment.interval.ms', 0, 'least consumer.assignment.interval.ms', 0),
  int('group.consumer.min.heartbeat.interval.ms', 5000, 'least consumer.heartbeat.interval.ms'),
  int('group.consumer.min.session.timeout.ms', 45_000, 'least consumer.session.timeout.ms'),
  int('group.consumer.session.timeout.ms', 45_000, 'a member of a consumer group that is silent for so long is gone'),
  int('group.initial.rebalance.delay.ms', 3000, 'a classic group that fills waits so long for more members', 0),
  int('group.max.session.timeout.ms', 1_800_000, 'greatest session timeout of a member of a classic group'),
  int('group.max.size', INT_MAX, 'members of a classic group'),
  int('group.min.session.timeout.ms', 6000, 'least session timeout of a member of a classic group'),
  { ...int('offsets.retention.check.interval.ms', 600_000, 'so often old offsets are looked for'), type: 'long' },
  int('offsets.retention.minutes', 7 * 24 * 60, 'so long the offsets of a group without members are kept'),
]
