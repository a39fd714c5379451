/** A broker's properties: those it was started with, those that were set since, and what they come to. */
import { type GroupSettings, groupSettings } from '../groups/group-settings.ts'
import type { CleanerSettings } from '../../log/compaction/log-cleaner.ts'
import { brokerConfigs } from './broker-config.ts'
import { cleanerSettings } from './cleaner-config.ts'
import { InvalidConfigError, listOf } from './definition.ts'
import { unscoped } from './listener-properties.ts'

export interface BrokerSettings {
  readonly nodeId: number
  readonly rack: string | null
  readonly autoCreateTopics: boolean
  readonly deleteTopics: boolean
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly clampReplicationFactor: boolean
  readonly fetchMaxBytes: number
  readonly fetchSessionSlots: number
  readonly requestMaxBytes: number
  readonly requestMaxPartitions: number
  readonly connectionsMaxIdleMs: number
  readonly maxConnections: number
  readonly retentionCheckMs: number
  readonly producerIdExpirationMs: number
  readonly producerIdScanMs: number
  readonly transactionMaxTimeoutMs: number
  readonly transactionalIdExpirationMs: number
  readonly transactionScanMs: number
  readonly transactionExpiryScanMs: number
  readonly groups: GroupSettings
  readonly cleaner: CleanerSettings
  /** Connections of one address. */
  maxConnectionsOf(address: string): number
}

type Texts = ReadonlyMap<string, string>

const NONE: Texts = new Map()

/**
 * Always set for all brokers, as in a Kafka whose partitions may have eligible leaders (KIP-966): it is counted against what the
 * cluster says, whatever a broker was started with. Who sets it up takes what the first broker was started with.
 */
export const MIN_INSYNC_REPLICAS = 'min.insync.replicas'

export class BrokerConfig {
  /** From the command line, a file, or the environment. */
  readonly given: Texts
  /** Set while it runs: for this broker, and for all brokers. */
  #forBroker: Texts = NONE
  #forAll: Texts
  current: BrokerSettings

  constructor(properties: Readonly<Record<string, string>>) {
    this.given = withNodeId(new Map(Object.entries(properties)))
    for (const [name, value] of this.given) brokerConfigs.check(unscoped(name), value)
    this.#forAll = this.#completed(NONE)
    this.current = settingsOf(name => this.valueOf(name))
  }

  get forBroker(): Texts {
    return this.#forBroker
  }

  get forAll(): Texts {
    return this.#forAll
  }

  /** A property's text, its default included. */
  valueOf(name: string): string {
    return valueIn([this.#forBroker, this.#forAll, this.given], name)
  }

  /** Fails where these would not do. */
  checkDynamic(forBroker: Texts, forAll: Texts): BrokerSettings {
    return settingsOf(name => valueIn([forBroker, forAll, this.given], name))
  }

  setDynamic(forBroker: Texts, forAll: Texts): void {
    this.current = this.checkDynamic(forBroker, forAll)
    this.#forBroker = forBroker
    this.#forAll = this.#completed(forAll)
  }

  #completed(forAll: Texts): Texts {
    if (forAll.has(MIN_INSYNC_REPLICAS)) return forAll
    const initial = ownValue([this.given], MIN_INSYNC_REPLICAS)!
    return new Map([...forAll, [MIN_INSYNC_REPLICAS, initial]])
  }
}

/** `layers`: those that come first win. */
function valueIn(layers: readonly Texts[], name: string): string {
  const own = ownValue(layers, name)
  if (own !== undefined) return own
  for (const [other, units] of brokerConfigs.get(name)?.otherwise ?? []) {
    const said = ownValue(layers, other)
    if (said !== undefined) return inUnits(said, units)
  }
  return ''
}

/** What is negative means no limit in any unit. */
const inUnits = (text: string, units: number): string => (Number(text) < 0 ? '-1' : String(BigInt(text.trim()) * BigInt(units)))

function ownValue(layers: readonly Texts[], name: string): string | undefined {
  for (const layer of layers) {
    const said = layer.get(name)
    if (said !== undefined) return said
  }
  return brokerConfigs.get(name)?.default ?? undefined
}

/** `node.id` and `broker.id` are one. */
function withNodeId(given: Map<string, string>): Texts {
  const [id, old] = [given.get('node.id'), given.get('broker.id')]
  if (id !== undefined && old !== undefined && id.trim() !== old.trim())
    throw new InvalidConfigError('CONFIG_INVALID', 'user', `node.id is ${id}, and broker.id ${old}: they are one`)
  if (id !== undefined) given.set('broker.id', id)
  else if (old !== undefined) given.set('node.id', old)
  return given
}

function settingsOf(valueOf: (name: string) => string): BrokerSettings {
  const number = (name: string) => Number(valueOf(name))
  const flag = (name: string) => valueOf(name).trim().toLowerCase() === 'true'
  return {
    nodeId: number('node.id'),
    rack: valueOf('broker.rack') || null,
    autoCreateTopics: flag('auto.create.topics.enable'),
    deleteTopics: flag('delete.topic.enable'),
    numPartitions: number('num.partitions'),
    replicationFactor: number('default.replication.factor'),
    clampReplicationFactor: flag('millrace.clamp.replication.factor'),
    fetchMaxBytes: number('fetch.max.bytes'),
    fetchSessionSlots: number('max.incremental.fetch.session.cache.slots'),
    requestMaxBytes: number('socket.request.max.bytes'),
    requestMaxPartitions: number('max.request.partition.size.limit'),
    connectionsMaxIdleMs: number('connections.max.idle.ms'),
    maxConnections: number('max.connections'),
    retentionCheckMs: number('log.retention.check.interval.ms'),
    producerIdExpirationMs: number('producer.id.expiration.ms'),
    producerIdScanMs: number('producer.id.expiration.check.interval.ms'),
    transactionMaxTimeoutMs: number('transaction.max.timeout.ms'),
    transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
    transactionScanMs: number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
    transactionExpiryScanMs: number('transaction.remove.expired.transaction.cleanup.interval.ms'),
    groups: groupSettings(valueOf),
    cleaner: cleanerSettings(valueOf),
    maxConnectionsOf: connectionLimits(number('max.connections.per.ip'), valueOf('max.connections.per.ip.overrides')),
  }
}

/** `127.0.0.1:100,::1:50` and what holds for everybody else. */
function connectionLimits(general: number, overrides: string): (address: string) => number {
  const limits = new Map(
    listOf(overrides).map(pair => {
      const at = pair.lastIndexOf(':')
      return [pair.slice(0, at), Number(pair.slice(at + 1))]
    }),
  )
  return address => limits.get(address) ?? general
}
