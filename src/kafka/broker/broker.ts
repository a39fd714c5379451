/**
 * A Kafka broker in this process: one node that is its own cluster. It owns sockets, parsing and everything that coordinators
 * know; records lie in its `LogDirectory`.
 *
 *     const broker = await Broker.start({ …, listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }] })
 *     await broker.stop()
 */
import type { Clock, Timers } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { LogCleaner } from '../log/compaction/log-cleaner.ts'
import { type Compactor, slicedCompactor } from '../log/compaction/compactor.ts'
import { LogDirectory, type LogDirectoryOptions } from '../log/log-directory.ts'
import type { StateJournal } from '../log/state-journal.ts'
import { type Repacker, repackHere } from '../records/repack-job.ts'
import { apis } from '../protocol/apis.ts'
import { apiHandlers } from './apis/index.ts'
import type { ApiHandler } from './api.ts'
import { ConfigResourceType } from './config/config-numbers.ts'
import { ConfigStore } from './config/config-store.ts'
import { InvalidConfigError } from './config/definition.ts'
import { BrokerConfig } from './config/broker-settings.ts'
import type { Connection } from './connection.ts'
import { FramePool } from './frame.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { GroupCoordinator } from './groups/group-coordinator.ts'
import { Listener, type ListenerOptions } from './listener.ts'
import { MemoryBudget } from './memory-budget.ts'
import { PartitionOrder } from './partition-order.ts'
import { ProducerIds } from './producer-ids.ts'
import { QuotaStore } from './quotas/quota-store.ts'
import { Retention } from './retention.ts'
import type { Authorizer } from './security/authorizer.ts'
import { type SecurityHost, systemHost } from './security/host.ts'
import { type BrokerSecurity, openSecurity } from './security/security.ts'
import { SecurityState } from './security/security-state.ts'
import { PieceBuffers } from './send-queue.ts'
import { BrokerStats } from './stats.ts'
import { Topics } from './topics.ts'
import { TransactionCoordinator } from './transactions/coordinator.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface BrokerOptions extends Omit<LogDirectoryOptions, 'log' | 'nodeId' | 'maxOpenFiles' | 'maxIndexBytes'> {
  readonly random: Random
  readonly listeners: readonly ListenerOptions[]
  /** False: no sockets; clients connect through `Listener.connect`. */
  readonly listen?: boolean
  /** Properties by Kafka's names. */
  readonly properties: Readonly<Record<string, string>>
  /** Bytes of requests held at once. */
  readonly requestMemoryBytes?: number
  readonly maxOpenFiles?: number
  readonly maxIndexBytes?: number
  /** Who does the work of compaction; this thread, in slices, where nobody says. */
  readonly compactor?: Compactor
  /** Who packs batches anew that are stored under a codec of their topic's own; this thread, where nobody says. */
  readonly repacker?: Repacker
  /** Keys, certificates and chance for security; the machine's where nobody says. */
  readonly securityHost?: SecurityHost
  /** From which level on events are told; an administrator may change it. */
  readonly logThreshold?: { level: LogLevel }
  log(level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void
}

/** Answers of these say nothing that the journal could lose, or wait for what they say by themselves. */
const unjournalled: ReadonlySet<number> = new Set([apis.Produce.key, apis.Fetch.key, apis.ApiVersions.key, apis.ListOffsets.key])

const DEFAULT_REQUEST_MEMORY = 48 * 1024 * 1024
const IDLE_CHECK_MS = 30_000
/** So long a client may take to read its last answers when the broker stops. */
const STOP_MS = 1_000

export class Broker {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly config: BrokerConfig
  readonly configStore: ConfigStore
  readonly logThreshold: { level: LogLevel }
  readonly directory: LogDirectory
  readonly journal: StateJournal
  readonly topics: Topics
  readonly producerIds: ProducerIds
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly securityState: SecurityState
  readonly fetchSessions: FetchSessions
  readonly listeners: readonly Listener[]
  readonly requestMemory: MemoryBudget
  readonly frames = new FramePool()
  readonly pieces = new PieceBuffers()
  readonly stats = new BrokerStats()
  readonly cleaner: LogCleaner
  readonly retention: Retention
  readonly order = new PartitionOrder()
  readonly repacker: Repacker
  readonly quotas: QuotaStore
  /** By API key. */
  readonly handlers: readonly (ApiHandler | undefined)[]
  readonly log: BrokerOptions['log']
  /** Undefined: everybody may do everything. */
  authorizer: Authorizer | undefined
  #connectionIds = 0
  #stopped = false

  private constructor(
    options: BrokerOptions,
    config: BrokerConfig,
    directory: LogDirectory,
    journal: StateJournal,
    parts: Pick<Broker, 'configStore' | 'quotas' | 'topics' | 'producerIds' | 'groups' | 'transactions' | 'securityState'> & {
      readonly security: BrokerSecurity
    },
  ) {
    this.clock = options.clock
    this.timers = options.timers
    this.random = options.random
    this.log = options.log
    this.config = config
    this.configStore = parts.configStore
    this.quotas = parts.quotas
    this.logThreshold = options.logThreshold ?? { level: 'info' }
    this.directory = directory
    this.journal = journal
    this.topics = parts.topics
    this.producerIds = parts.producerIds
    this.groups = parts.groups
    this.transactions = parts.transactions
    this.securityState = parts.securityState
    this.authorizer = parts.security.authorizer
    this.cleaner = new LogCleaner({
      directory,
      files: options.files,
      clock: this.clock,
      timers: this.timers,
      compactor: options.compactor ?? slicedCompactor(options.files, this.clock),
      settings: () => config.current.cleaner,
      log: options.log,
    })
    this.repacker = options.repacker ?? repackHere
    this.retention = new Retention({
      clock: this.clock,
      timers: this.timers,
      files: options.files,
      directory,
      journal,
      topics: this.topics,
      intervalMs: () => config.current.retentionCheckMs,
      log: options.log,
    })
    this.requestMemory = new MemoryBudget(options.requestMemoryBytes ?? DEFAULT_REQUEST_MEMORY)
    this.fetchSessions = new FetchSessions(this.random, this.clock, () => config.current.fetchSessionSlots)
    this.listeners = options.listeners.map(listener => new Listener(listener, this, parts.security.listeners.get(listener.name)))
    const handlers: (ApiHandler | undefined)[] = []
    for (const handler of apiHandlers(this)) handlers[apis[handler.api].key] = handler
    this.handlers = handlers
  }

  /** Opens the directory, recovers what is there, and listens. */
  static async start(options: BrokerOptions): Promise<Broker> {
    const config = new BrokerConfig(options.properties)
    const directory = await LogDirectory.open({
      ...options,
      nodeId: config.current.nodeId,
      maxOpenFiles: options.maxOpenFiles ?? 4000,
      maxIndexBytes: options.maxIndexBytes ?? 32 * 1024 * 1024,
    })
    const { clock, timers, random } = options
    const topics = new Topics(directory, random, name => config.valueOf(name))
    const producerIds = new ProducerIds()
    const configStore = new ConfigStore()
    const quotas = new QuotaStore()
    const securityState = new SecurityState()
    const groups = new GroupCoordinator({
      clock,
      timers,
      random,
      topics,
      settings: () => config.current.groups,
      warn: (event, fields) => options.log('warn', event, fields),
    })
    const transactions = new TransactionCoordinator({
      clock,
      timers,
      directory,
      producerIds,
      offsets: groups,
      settings: () => config.current,
      log: options.log,
    })
    try {
      const journal = await directory.openJournal([
        topics,
        producerIds,
        securityState,
        configStore,
        quotas,
        ...groups.sections,
        transactions,
      ])
      producerIds.open(journal)
      securityState.open(journal)
      configStore.open(journal)
      quotas.open(journal)
      takeStored(config, configStore, directory.nodeId, options.log)
      await topics.open(journal)
      groups.times = timesOfGroups(config, configStore)
      groups.open(journal)
      transactions.open(journal)
      const security = await openSecurity(options.listeners, config, {
        host: options.securityHost ?? systemHost,
        clock,
        timers,
        state: securityState,
        log: options.log,
      })
      const parts = { configStore, quotas, topics, producerIds, groups, transactions, securityState, security }
      const broker = new Broker(options, config, directory, journal, parts)
      if (options.listen !== false) await broker.#listen()
      broker.#closeIdleLater()
      broker.#expireProducersLater()
      broker.cleaner.start()
      broker.retention.start()
      return broker
    } catch (error) {
      groups.stop()
      await transactions.close()
      await directory.close()
      throw error
    }
  }

  async #listen(): Promise<void> {
    try {
      for (const listener of this.listeners) await listener.open()
    } catch (error) {
      await Promise.all(this.listeners.map(listener => listener.stopAccepting()))
      throw error
    }
  }

  get settings() {
    return this.config.current
  }

  get nodeId(): number {
    return this.directory.nodeId
  }

  get clusterId(): string {
    return this.directory.clusterId
  }

  nextConnectionId(): number {
    this.stats.connectionsOpened++
    return ++this.#connectionIds
  }

  /** What has to be durable before an answer of this API may leave: everything that it may have been computed from. */
  durableBefore(key: number): Promise<void> | undefined {
    return unjournalled.has(key) ? undefined : this.journal.durable()
  }

  connectionClosed(connection: Connection): void {
    this.log('debug', 'connection closed', { connection: connection.id })
  }

  #closeIdleLater(): void {
    this.timers.after(IDLE_CHECK_MS, () => {
      if (this.#stopped) return
      const before = this.clock.elapsedMs() - this.settings.connectionsMaxIdleMs
      for (const listener of this.listeners)
        for (const connection of listener.connections) if (connection.idle && connection.lastActiveMs < before) connection.close()
      this.#closeIdleLater()
    })
  }

  #expireProducersLater(): void {
    this.timers.after(this.settings.producerIdScanMs, () => {
      if (this.#stopped) return
      const before = this.clock.nowMs() - this.settings.producerIdExpirationMs
      for (const log of this.directory.logs) log.producers.expire(before)
      this.#expireProducersLater()
    })
  }

  /** Stops listening, breaks off clients, and leaves the directory as after a clean stop. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    await Promise.all(this.listeners.map(listener => listener.stopAccepting()))
    this.groups.stop()
    await this.order.idle()
    await this.directory.committer.idle()
    // What became durable with the last round is answered in the turns after it.
    for (let turn = 0; turn < 2; turn++) await new Promise(resolve => setImmediate(resolve))
    await Promise.all(this.listeners.map(listener => listener.closeConnections(STOP_MS)))
    await this.cleaner.stop()
    await this.retention.stop()
    this.repacker.close()
    await this.transactions.close()
    await this.directory.close()
  }
}

/** What was set while an earlier run went on. What no longer goes with the rest is left out, so that it can be set anew. */
function takeStored(config: BrokerConfig, store: ConfigStore, nodeId: number, log: BrokerOptions['log']): void {
  try {
    config.setDynamic(store.of(ConfigResourceType.BROKER, String(nodeId)), store.of(ConfigResourceType.BROKER, ''))
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error
    log('warn', 'properties that were set at run time are left out', { problem: error.describe() })
  }
}

/** A group's own times; its broker's where it has none. Its broker's limits may have been narrowed since they were set. */
function timesOfGroups(config: BrokerConfig, store: ConfigStore): GroupCoordinator['times'] {
  return groupId => {
    const own = store.of(ConfigResourceType.GROUP, groupId)
    const { groups } = config.current
    const time = (name: string, general: number) => {
      const said = own.get(`consumer.${name}`)
      if (said === undefined) return general
      const [min, max] = [`group.consumer.min.${name}`, `group.consumer.max.${name}`].map(limit => Number(config.valueOf(limit)))
      return Math.min(Math.max(Number(said), min!), max!)
    }
    return {
      sessionTimeoutMs: time('session.timeout.ms', groups.consumerSessionTimeoutMs),
      heartbeatIntervalMs: time('heartbeat.interval.ms', groups.consumerHeartbeatIntervalMs),
      assignmentIntervalMs: time('assignment.interval.ms', groups.consumerAssignmentIntervalMs),
    }
  }
}
