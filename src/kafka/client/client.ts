/**
 * A client of one cluster: who its brokers are, who leads what, and a way to each of them.
 *
 *     const client = new KafkaClient({ properties: { 'bootstrap.servers': 'localhost:9092' }, clock, timers, random })
 *     const orders = await client.topic('orders')                     its partitions and their leaders
 *     await client.askLeader('orders', 3, 'ListOffsets', …)
 *     client.close()
 *
 * Consumer, producer and admin are built on one; several may share it.
 */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { Clock, Timers } from '../../base/clock.ts'
import { ConnectorError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { ErrorCode, isRetriable } from '../protocol/errors.ts'
import type { ApiName } from '../protocol/apis.ts'
import { type Address, parseBootstrap } from './address.ts'
import type { Answer, AskIn, AskOptions } from './connection.ts'
import { connectionLost, isRefusal, mayPass, partitionName, refused } from './errors.ts'
import type { MemoryPool } from './frames.ts'
import { Link, type LinkOptions } from './link.ts'
import { Metadata, type TopicMetadata } from './metadata.ts'
import { Backoff, retry } from './retry.ts'
import { mechanismOf } from './sasl/mechanism.ts'
import { ClientSettings } from './settings.ts'
import type { Dial } from './stream.ts'
import { tlsOptions } from './tls.ts'

export interface ClientOptions {
  /** By Kafka's names: `bootstrap.servers`, `security.protocol`, … */
  readonly properties: Readonly<Record<string, string>> | ReadonlyMap<string, string>
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  /** Reaches brokers within this process. */
  readonly dial?: Dial | undefined
  /** For what is fetched. */
  readonly memory?: MemoryPool | undefined
  /** What the broker shall know of us. */
  readonly softwareVersion?: string | undefined
  /** Properties that mean nothing, and the like. */
  warn?(message: string): void
}

/** Links to a broker by what they are for: a long poll holds up what is asked behind it. */
export type Purpose = 'requests' | 'fetch'
export type CoordinatorOf = 'group' | 'transaction'

export class KafkaClient {
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly memory: MemoryPool | undefined
  readonly metadata = new Metadata()
  readonly #bootstrap: readonly Address[]
  readonly #linkOptions: LinkOptions
  readonly #links = new Map<string, Link>()
  readonly #coordinators = new Map<string, number>()
  /** Refreshes of metadata that are on their way, by what they ask for. */
  readonly #refreshing = new Map<string, Promise<ReadonlyMap<string, number>>>()
  #closed = false

  constructor(options: ClientOptions) {
    const { clock, timers, random, dial } = options
    this.settings = new ClientSettings(options.properties)
    for (const warning of this.settings.warnings) options.warn?.(warning)
    this.clock = clock
    this.timers = timers
    this.random = random
    this.memory = options.memory
    this.#bootstrap = parseBootstrap(this.settings.string('bootstrap.servers') ?? '')
    let tls: Promise<TlsOptions | undefined> | undefined
    this.#linkOptions = {
      clientId: this.settings.string('client.id')!,
      softwareVersion: options.softwareVersion ?? '0',
      clock,
      timers,
      requestTimeoutMs: this.settings.integer('request.timeout.ms'),
      setupTimeoutMs: this.settings.integer('socket.connection.setup.timeout.ms'),
      maxIdleMs: this.settings.integer('connections.max.idle.ms'),
      protocol: this.settings.string('security.protocol')!,
      dial,
      tls: () => (tls ??= tlsOptions(this.settings)),
      mechanism: mechanismOf(this.settings),
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
    for (const link of this.#links.values()) link.close()
  }

  // ── links ─────────────────────────────────────────────────────────────────────────────────────────

  /** The way to a broker. Its address is looked up each time: brokers move. */
  linkTo(broker: number, purpose: Purpose = 'requests'): Link {
    const address = this.metadata.brokers.get(broker)
    if (address === undefined) throw connectionLost(`broker ${broker}`, 'is not made: the cluster does not name it')
    return this.#link(address, purpose)
  }

  #link(address: Address, purpose: Purpose): Link {
    if (this.#closed) throw connectionLost('the cluster', 'is not made: the client was closed')
    const key = `${purpose} ${address.host}:${address.port}`
    const known = this.#links.get(key)
    if (known !== undefined) return known
    const { settings } = this
    const backoff = new Backoff(
      settings.integer('reconnect.backoff.ms'),
      settings.integer('reconnect.backoff.max.ms'),
      this.random,
    )
    const link = new Link(address, this.#linkOptions, backoff)
    this.#links.set(key, link)
    return link
  }

  newBackoff(): Backoff {
    return new Backoff(this.settings.integer('retry.backoff.ms'), this.settings.integer('retry.backoff.max.ms'), this.random)
  }

  /** Tries again for as long as a call of the API may take (`default.api.timeout.ms`), or as told. */
  retry<T>(attempt: () => Promise<T>, between?: (error: unknown) => Promise<void> | void, withinMs?: number): Promise<T> {
    return retry(attempt, {
      timers: this.timers,
      backoff: this.newBackoff(),
      withinMs: withinMs ?? this.settings.integer('default.api.timeout.ms'),
      elapsedMs: () => (this.#closed ? Infinity : this.clock.elapsedMs()),
      ...(between === undefined ? {} : { between }),
    })
  }

  /** Asks whoever answers: brokers that are known, then those of `bootstrap.servers`, each once. */
  async askAny<N extends ApiName>(api: N, request: AskIn<N>, options?: AskOptions): Promise<Answer<N>> {
    let failure: unknown
    for (const address of this.#anyAddresses()) {
      try {
        return await this.#link(address, 'requests').ask(api, request, options)
      } catch (error) {
        if (!mayPass(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  #anyAddresses(): Address[] {
    const known = [...this.metadata.brokers.values()]
    const connected = known.filter(address => this.#links.get(`requests ${address.host}:${address.port}`)?.current !== undefined)
    const all = [...connected, ...shuffled(known, this.random), ...this.#bootstrap]
    return all.filter((a, i) => all.findIndex(b => a.host === b.host && a.port === b.port) === i)
  }

  // ── metadata ──────────────────────────────────────────────────────────────────────────────────────

  /** Asks for these topics, or all of them (`null`). Answers errors by topic. Equal requests under way are one. */
  refresh(
    topics: readonly string[] | null,
    options: { readonly mayCreate?: boolean } = {},
  ): Promise<ReadonlyMap<string, number>> {
    const key = JSON.stringify([topics, options.mayCreate])
    const underWay = this.#refreshing.get(key)
    if (underWay !== undefined) return underWay
    const refreshing = this.#refresh(topics, options.mayCreate ?? false).finally(() => this.#refreshing.delete(key))
    this.#refreshing.set(key, refreshing)
    return refreshing
  }

  async #refresh(topics: readonly string[] | null, mayCreate: boolean): Promise<ReadonlyMap<string, number>> {
    const answer = await this.askAny('Metadata', version => ({
      topics: topics === null ? null : topics.map(name => ({ name })),
      ...(version >= 4 ? { allowAutoTopicCreation: mayCreate } : {}),
    }))
    if (answer.errorCode !== ErrorCode.NONE) throw refused(answer.errorCode, { broker: 'the cluster', what: 'Metadata' })
    return this.metadata.take(answer, { all: topics === null })
  }

  /** All topics there are. */
  async allTopics(): Promise<readonly TopicMetadata[]> {
    await this.retry(() => this.refresh(null))
    return [...this.metadata.topics.values()]
  }

  /** A topic with its partitions, all of which have a leader. Waits for what is being made or elected. */
  async topic(name: string, options: { readonly mayCreate?: boolean } = {}): Promise<TopicMetadata> {
    const known = this.metadata.topics.get(name)
    if (known !== undefined && isLed(known)) return known
    return this.retry(async () => {
      const error = (await this.refresh([name], options)).get(name)
      if (error !== undefined) throw unreadable(name, error, options.mayCreate ?? false)
      const topic = this.metadata.topics.get(name)
      if (topic !== undefined && isLed(topic)) return topic
      throw refused(ErrorCode.LEADER_NOT_AVAILABLE, { broker: 'the cluster', what: 'Metadata', of: name })
    })
  }

  // ── leaders and coordinators ──────────────────────────────────────────────────────────────────────

  /** The broker that leads a partition now. */
  async leaderOf(topic: string, partition: number): Promise<number> {
    const { partitions } = await this.topic(topic)
    const found = partitions[partition]
    if (found !== undefined) return found.leader
    throw refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, {
      broker: 'the cluster',
      what: 'Metadata',
      of: partitionName(topic, partition),
      message: `topic ${topic} has ${partitions.length} partitions`,
    })
  }

  async askController<N extends ApiName>(api: N, request: AskIn<N>, options?: AskOptions): Promise<Answer<N>> {
    if (this.metadata.controller < 0 || !this.metadata.brokers.has(this.metadata.controller)) await this.refresh([])
    if (!this.metadata.brokers.has(this.metadata.controller)) return this.askAny(api, request, options)
    return this.linkTo(this.metadata.controller).ask(api, request, options)
  }

  /** Asks the coordinator of a group or transaction, and looks for it again where it has moved or is not there. */
  withCoordinator<T>(of: CoordinatorOf, name: string, attempt: (link: Link) => Promise<T>, withinMs?: number): Promise<T> {
    return this.retry(
      async () => attempt(await this.coordinator(of, name)),
      error => {
        if (!isRefusal(error) || coordinatorMoved(error)) this.#coordinators.delete(`${of} ${name}`)
      },
      withinMs,
    )
  }

  async coordinator(of: CoordinatorOf, name: string): Promise<Link> {
    const known = this.#coordinators.get(`${of} ${name}`)
    if (known !== undefined && this.metadata.brokers.has(known)) return this.linkTo(known)
    const keyType = of === 'group' ? 0 : 1
    const answer = await this.askAny('FindCoordinator', version =>
      version >= 4 ? { coordinatorKeys: [name], keyType } : { key: name, ...(version >= 1 ? { keyType } : {}) },
    )
    const found = answer.coordinators[0] ?? answer
    if (found.errorCode !== ErrorCode.NONE)
      throw refused(found.errorCode, {
        broker: 'the cluster',
        what: 'FindCoordinator',
        of: `${of} ${name}`,
        message: found.errorMessage,
      })
    this.metadata.brokers.set(found.nodeId, { host: found.host, port: found.port })
    this.#coordinators.set(`${of} ${name}`, found.nodeId)
    return this.linkTo(found.nodeId)
  }
}

export const coordinatorMoved = (error: unknown): boolean =>
  isRefusal(error, ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)

const isLed = (topic: TopicMetadata): boolean => topic.partitions.length > 0 && topic.partitions.every(p => p.leader >= 0)

/** A topic that nobody makes does not come by waiting. */
function unreadable(name: string, errorCode: number, mayCreate: boolean): ConnectorError {
  const error = refused(errorCode, { broker: 'the cluster', what: 'Metadata', of: `topic ${name}` })
  const final = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && !mayCreate
  if (!final || !isRetriable(errorCode)) return error
  return new ConnectorError('KAFKA_TOPIC_UNKNOWN', `there is no topic ${name}`, { hint: error.hint, cause: error })
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
