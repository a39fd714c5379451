/**
 * The schema registry as a server: its REST API on an address, its schemas in a Kafka topic. Loaded only where there is one.
 *
 *     const registry = await SchemaRegistryServer.start({ host: '127.0.0.1', port: 8081, client: { dial }, … })
 *     registry.port                       8081
 *     await registry.close()
 */
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock, Timers } from '../base/clock.ts'
import { MillraceError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { version } from '../base/version.ts'
import { type Dial, KafkaClient } from '../kafka/client/index.ts'
import { KafkaSchemaTopic, schemaClientDefaults } from '../kafka/registry/kafka-topic.ts'
import { SchemaRegistry } from '../kafka/registry/registry.ts'
import { type RestHandler, restHandler } from '../kafka/registry/rest/handler.ts'
import { listener } from '../kafka/registry/rest/node.ts'
import type { Log } from './logger.ts'
import { type Metric, counter, gauge } from './metrics.ts'

export interface SchemaRegistryServerOptions {
  readonly host: string
  readonly port: number
  /** Client properties by Kafka's names: where the cluster is, and who we are there. */
  readonly properties: Readonly<Record<string, string>>
  /** Reaches a broker within this process. */
  readonly dial?: Dial | undefined
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
}

/** So long a client may take to read its last answer when the registry stops. */
const STOP_MS = 1000

export class SchemaRegistryServer {
  readonly registry: SchemaRegistry
  readonly #client: KafkaClient
  readonly #server: Server
  readonly #timers: Timers
  /** Answers by status. */
  readonly #answers = new Map<number, number>()

  private constructor(registry: SchemaRegistry, client: KafkaClient, { timers, log }: SchemaRegistryServerOptions) {
    this.registry = registry
    this.#client = client
    this.#timers = timers
    const handle = restHandler(registry, { clusterId: client.metadata.clusterId ?? '', version: version() })
    const failed = (error: unknown): void =>
      log('error', 'schema registry failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    this.#server = createServer(listener(this.#counted(handle), { failed }))
  }

  /** Resolves when every schema is known and requests are taken. */
  static async start(options: SchemaRegistryServerOptions): Promise<SchemaRegistryServer> {
    const { log, clock, timers, random, dial, properties } = options
    const warn = (message: string): void => log('warn', 'schema registry', { message })
    const client = new KafkaClient({
      properties: { ...schemaClientDefaults, ...properties },
      softwareVersion: version(),
      clock,
      timers,
      random,
      dial,
      warn,
    })
    const registry = new SchemaRegistry(new KafkaSchemaTopic(client, { warn }))
    try {
      await registry.open()
      const server = new SchemaRegistryServer(registry, client, options)
      await server.#listen(options)
      log('info', 'schema registry', { address: `${options.host}:${server.port}`, subjects: registry.store.subjects.length })
      return server
    } catch (error) {
      await registry.close()
      client.close()
      throw error
    }
  }

  async #listen({ host, port }: SchemaRegistryServerOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', cause => {
        const message = `the schema registry can not listen on ${host}:${port}: ${cause.message}`
        reject(new MillraceError('LISTENER', 'external', message, { cause }))
      })
      this.#server.listen({ port, ...(host === '' ? {} : { host }) }, resolve)
    })
  }

  #counted(handle: RestHandler): RestHandler {
    const count = (status: number): void => void this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1)
    return async request => {
      try {
        const response = await handle(request)
        count(response.status)
        return response
      } catch (error) {
        count(500)
        throw error
      }
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Why nothing is answered any more; undefined while it is. */
  get failure(): string | undefined {
    try {
      this.registry.check()
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  get metrics(): readonly Metric[] {
    const { store } = this.registry
    return [
      counter('schema_registry_requests', 'answers of the schema registry by status', () =>
        Array.from(this.#answers, ([status, value]) => ({ labels: { status }, value })),
      ),
      gauge('schema_registry_subjects', 'subjects with versions, deleted ones included', () => store.subjects.length),
      gauge('schema_registry_versions', 'versions of all subjects, deleted ones included', () =>
        store.subjects.reduce((sum, subject) => sum + store.versions(subject).length, 0),
      ),
      gauge('schema_registry_failed', '1 when the topic of the schemas can no longer be read', () =>
        this.failure === undefined ? 0 : 1,
      ),
    ]
  }

  /** Takes no new requests, answers those it has, and lets go of the topic. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const breakOff = this.#timers.after(STOP_MS, () => this.#server.closeAllConnections())
    await closed
    breakOff.cancel()
    await this.registry.close()
    this.#client.close()
  }
}
