/**
 * A broker as a process runs it, or a test suite: on this machine's disk or in memory, with its sockets, and what watches it.
 *
 *     const broker = await BrokerServer.start()            in memory, on any free port of this machine
 *     broker.bootstrap                                     'localhost:43210'
 *     await broker.stop()
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock, systemTimers } from '../base/clock.ts'
import { memoryFiles } from '../base/memory-files.ts'
import { type NodeFiles, nodeFiles } from '../base/node-files.ts'
import { systemRandom } from '../base/random.ts'
import { Broker } from '../kafka/broker/broker.ts'
import { parseListeners } from '../kafka/broker/security/listeners.ts'
import type { Durability } from '../kafka/log/commit.ts'
import { repackThread } from '../kafka/records/repack-thread.ts'
import { compactionThread } from '../kafka/log/compaction/compaction-thread.ts'
import { EVENT_LOOP_RESOLUTION_MS, brokerMetrics } from './broker-metrics.ts'
import type { Log, LogLevel } from './logger.ts'
import { type OperationsServer, startOperations } from './operations.ts'
import type { SchemaRegistryServer } from './schema-registry.ts'

export interface HttpAddress {
  readonly host: string
  /** 0 is any free one. */
  readonly port: number
}

export { readBrokerProperties } from '../kafka/broker/config/read-properties.ts'

export interface BrokerServerOptions {
  /** The directory that records are kept in; without one they are kept in memory, and gone with the broker. */
  readonly data?: string | undefined
  /** The most that records may take in memory, in bytes. Producers are refused beyond it. */
  readonly maxMemoryBytes?: number | undefined
  /** `[NAME://]host:port`, each; port 0 is any free one. */
  readonly listen?: readonly string[] | undefined
  /** What clients are told instead: `[NAME://]host:port`, each. */
  readonly advertise?: readonly string[] | undefined
  /** Of a directory that is new; one that exists keeps its own. */
  readonly clusterId?: string | undefined
  /** Properties by Kafka's names. */
  readonly properties?: Readonly<Record<string, string>> | undefined
  /** `group`: what is acknowledged is on the disk. `interval`: after at most `flushIntervalMs`. `none`: when the system likes. */
  readonly durability?: Durability | undefined
  readonly flushIntervalMs?: number | undefined
  /** Where `/metrics` and `/health` are served. */
  readonly http?: HttpAddress | undefined
  /** Where a schema registry is served that keeps its schemas in this broker's topic `_schemas`. */
  readonly schemaRegistry?: HttpAddress | undefined
  readonly log?: Log | undefined
  /** From which level on `log` tells; an administrator may change it. */
  readonly logThreshold?: { level: LogLevel } | undefined
}

export class BrokerServer {
  readonly broker: Broker
  readonly #files: NodeFiles | undefined
  readonly #eventLoop: IntervalHistogram
  #operations: OperationsServer | undefined
  #schemaRegistry: SchemaRegistryServer | undefined
  #stopping: Promise<void> | undefined

  private constructor(broker: Broker, files: NodeFiles | undefined) {
    this.broker = broker
    this.#files = files
    this.#eventLoop = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS })
  }

  static async start(options: BrokerServerOptions = {}): Promise<BrokerServer> {
    const { properties = {}, data, durability = 'group', log = () => {} } = options
    const listeners = parseListeners({
      listen: options.listen ?? (properties['listeners'] === undefined && data === undefined ? ['localhost:0'] : []),
      advertise: options.advertise ?? [],
      properties,
    })
    const files = data === undefined ? undefined : nodeFiles()
    try {
      const broker = await Broker.start({
        ...(files === undefined ? {} : { compactor: compactionThread() }),
        repacker: repackThread(),
        files: files ?? memoryFiles(options.maxMemoryBytes, () => systemClock.nowMs()),
        path: data ?? '/memory',
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        durability: files === undefined ? 'none' : durability,
        flushIntervalMs: options.flushIntervalMs ?? 1000,
        clusterId: options.clusterId,
        properties: {
          ...properties,
          'listeners': listeners
            .map(({ name, host, port }) => `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`)
            .join(','),
          ...(data === undefined ? {} : { 'log.dirs': data }),
        },
        listeners,
        log,
        ...(options.logThreshold === undefined ? {} : { logThreshold: options.logThreshold }),
      })
      const server = new BrokerServer(broker, files)
      server.#eventLoop.enable()
      await server.#serveHttp(options, log)
      return server
    } catch (error) {
      await files?.close()
      throw error
    }
  }

  async #serveHttp({ http, schemaRegistry }: BrokerServerOptions, log: Log): Promise<void> {
    try {
      if (http !== undefined) await this.#serveOperations(http, schemaRegistry !== undefined)
      if (schemaRegistry !== undefined) await this.#serveSchemas(schemaRegistry, log)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async #serveOperations(at: HttpAddress, withSchemas: boolean): Promise<void> {
    this.#operations = await startOperations({
      ...at,
      metrics: () => brokerMetrics(this.broker, this.#eventLoop, this.#schemaRegistry?.metrics),
      notReady: () => this.#notReady(withSchemas),
    })
  }

  async #serveSchemas(at: HttpAddress, log: Log): Promise<void> {
    const { SchemaRegistryServer } = await import('./schema-registry.ts')
    this.#schemaRegistry = await SchemaRegistryServer.start({
      ...at,
      // Every address is this broker.
      properties: { 'bootstrap.servers': 'localhost:9092' },
      dial: () => this.broker.listeners[0]!.pipe(),
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      log,
    })
  }

  #notReady(withSchemas: boolean): string | undefined {
    if (this.#stopping !== undefined) return 'stopping'
    if (this.broker.directory.committer.failure !== undefined) return 'the disk failed'
    if (!withSchemas) return undefined
    return this.#schemaRegistry === undefined ? 'the schema registry starts' : this.#schemaRegistry.failure
  }

  /** Where clients connect first: `host:port` of each listener. */
  get bootstrap(): string {
    return this.broker.listeners.map(listener => `${listener.advertisedHost}:${listener.advertisedPort}`).join(',')
  }

  /** The port of `/metrics` and `/health`, if they are served. */
  get httpPort(): number | undefined {
    return this.#operations?.port
  }

  /** The port of the schema registry, if there is one. */
  get schemaRegistryPort(): number | undefined {
    return this.#schemaRegistry?.port
  }

  /** Takes no more requests, makes what was taken durable, and lets go of the directory. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  async #stop(): Promise<void> {
    await this.#schemaRegistry?.close()
    await this.broker.stop()
    await this.#operations?.close()
    await this.#files?.close()
    this.#eventLoop.disable()
  }
}
