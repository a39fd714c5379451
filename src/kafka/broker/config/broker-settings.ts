/** A broker's properties: those it was started with, those that were set since, and what they come to. */
import { type GroupSettings, groupSettings } from '../groups/group-settings.ts'
import type { CleanerSettings } from '../../log/compaction/log-cleaner.ts'
import { brokerConfigs } from './broker-config.ts'
import { cleanerSettings } from './cleaner-config.ts'
import { unscoped } from './listener-properties.ts'

export interface BrokerSettings {
  readonly nodeId: number
  readonly autoCreateTopics: boolean
  readonly numPartitions: number
  readonly fetchMaxBytes: number
  readonly fetchSessionSlots: number
  readonly requestMaxBytes: number
  readonly connectionsMaxIdleMs: number
  readonly retentionCheckMs: number
  readonly producerIdExpirationMs: number
  readonly producerIdScanMs: number
  readonly transactionMaxTimeoutMs: number
  readonly transactionalIdExpirationMs: number
  readonly transactionScanMs: number
  readonly transactionExpiryScanMs: number
  readonly groups: GroupSettings
  readonly cleaner: CleanerSettings
}

export class BrokerConfig {
  /** From the command line, a file, or the environment. */
  readonly given: ReadonlyMap<string, string>
  current: BrokerSettings

  constructor(properties: Readonly<Record<string, string>>) {
    this.given = new Map(Object.entries(properties))
    for (const [name, value] of this.given) brokerConfigs.check(unscoped(name), value)
    this.current = this.#settings()
  }

  /** A property's text, its default included. */
  valueOf(name: string): string {
    return this.given.get(name) ?? brokerConfigs.get(name)?.default ?? ''
  }

  #settings(): BrokerSettings {
    const number = (name: string) => Number(this.valueOf(name))
    return {
      nodeId: number('broker.id'),
      autoCreateTopics: this.valueOf('auto.create.topics.enable') === 'true',
      numPartitions: number('num.partitions'),
      fetchMaxBytes: number('fetch.max.bytes'),
      fetchSessionSlots: number('max.incremental.fetch.session.cache.slots'),
      requestMaxBytes: number('socket.request.max.bytes'),
      connectionsMaxIdleMs: number('connections.max.idle.ms'),
      retentionCheckMs: number('log.retention.check.interval.ms'),
      producerIdExpirationMs: number('producer.id.expiration.ms'),
      producerIdScanMs: number('producer.id.expiration.check.interval.ms'),
      transactionMaxTimeoutMs: number('transaction.max.timeout.ms'),
      transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
      transactionScanMs: number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      transactionExpiryScanMs: number('transaction.remove.expired.transaction.cleanup.interval.ms'),
      groups: groupSettings(name => this.valueOf(name)),
      cleaner: cleanerSettings(name => this.valueOf(name)),
    }
  }
}
