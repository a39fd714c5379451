/** Properties that one group may have of its own; where it has none, its broker's hold. */
import { type ConfigDefinition, ConfigTable, InvalidConfigError } from './definition.ts'

const share = 'there are no share groups'
const streams = 'there are no streams groups'

const int = (name: string, initial: number, min: number, more: Partial<ConfigDefinition> = {}): ConfigDefinition => ({
  name,
  type: 'int',
  default: String(initial),
  min,
  description: '',
  brokerName: `group.${name}`,
  ...more,
})

export const groupConfigs: ConfigTable = new ConfigTable([
  int('consumer.assignment.interval.ms', 1000, 0, { description: 'time between two assignments' }),
  int('consumer.heartbeat.interval.ms', 5000, 1, { description: 'time between two heartbeats of a member' }),
  int('consumer.session.timeout.ms', 45_000, 1, { description: 'a member that is silent for so long is gone' }),
  int('share.assignment.interval.ms', 1000, 0, { inert: share }),
  {
    name: 'share.auto.offset.reset',
    type: 'string',
    default: 'latest',
    description: '',
    inert: share,
    check: text =>
      /^(latest|earliest|by_duration:P.+)$/i.test(text) ? undefined : 'latest, earliest, or by_duration:PnDTnHnMn.nS',
  },
  int('share.delivery.count.limit', 5, 2, { inert: share }),
  int('share.heartbeat.interval.ms', 5000, 1, { inert: share }),
  {
    name: 'share.isolation.level',
    type: 'string',
    default: 'read_uncommitted',
    values: ['read_committed', 'read_uncommitted'],
    description: '',
    inert: share,
  },
  int('share.partition.max.record.locks', 2000, 100, { inert: share }),
  int('share.record.lock.duration.ms', 30_000, 1000, { inert: share }),
  { name: 'share.renew.acknowledge.enable', type: 'boolean', default: 'true', description: '', inert: share },
  int('share.session.timeout.ms', 45_000, 1, { inert: share }),
  int('streams.assignment.interval.ms', 1000, 0, { inert: streams }),
  int('streams.heartbeat.interval.ms', 5000, 1, { inert: streams }),
  int('streams.initial.rebalance.delay.ms', 3000, 0, { inert: streams }),
  int('streams.num.standby.replicas', 0, 0, { inert: streams }),
  int('streams.session.timeout.ms', 45_000, 1, { inert: streams }),
])

/** Fails where a group's times are not within its broker's limits. */
export function checkGroupConfigs(valueOf: (name: string) => string, brokerValue: (name: string) => string): void {
  for (const what of ['session.timeout.ms', 'heartbeat.interval.ms', 'assignment.interval.ms']) {
    const value = Number(valueOf(`consumer.${what}`))
    const [min, max] = [`group.consumer.min.${what}`, `group.consumer.max.${what}`]
    if (value < Number(brokerValue(min))) throw invalid(`consumer.${what} is at least ${min} (${brokerValue(min)}), not ${value}`)
    if (value > Number(brokerValue(max))) throw invalid(`consumer.${what} is at most ${max} (${brokerValue(max)}), not ${value}`)
  }
  if (Number(valueOf('consumer.session.timeout.ms')) <= Number(valueOf('consumer.heartbeat.interval.ms')))
    throw invalid('consumer.session.timeout.ms is more than consumer.heartbeat.interval.ms')
}

const invalid = (message: string): InvalidConfigError => new InvalidConfigError('CONFIG_INVALID', 'user', message)
