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
import { compactionThread } from '../kafka/log/compaction/compaction-thread.ts'
import { brokerMetrics } from './broker-metrics.ts'
import type { Log } from './logger.ts'
import { type OperationsServer, startOperations } from './operations.ts'

export interface BrokerServerOptions {
  /** The directory that records are kept in; without one they are kept in memory, and gone with the broker. */
  readonly data?: string | undefined
  /** The most that records may take in memory, in bytes. Producers are refused beyond it. */
  readonly maxMemoryBytes?: number | undefined
  /** `[NAME://]host:port`, each; port 0 is any free one. */
  readonly listen?: readonly string[] | undefined
  /** What clients are told instead: `[NAME://]host:port`, each. */
  readonly advertise?: readonly string[] | undefined
  /** Properties by Kafka's names. */
  readonly properties?: Readonly<Record<string, string>> | undefined
  /** `group`: what is acknowledged is on the disk. `interval`: after at most `flushIntervalMs`. `none`: when the system likes. */
  readonly durability?: Durability | undefined
  readonly flushIntervalMs?: number | undefined
  /** Where `/metrics` and `/health` are served. */
  readonly http?: { readonly host: string; readonly port: number } | undefined
  readonly log?: Log | undefined
}

export class BrokerServer {
  readonly broker: Broker
  readonly #files: NodeFiles | undefined
  readonly #eventLoop: IntervalHistogram
  #operations: OperationsServer | undefined
  #stopping: Promise<void> | undefined

  private constructor(broker: Broker, files: NodeFiles | undefined) {
    this.broker = broker
    this.#files = files
    this.#eventLoop = monitorEventLoopDelay({ resolution: 10 })
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
        files: files ?? memoryFiles(options.maxMemoryBytes, () => systemClock.nowMs()),
        path: data ?? '/memory',
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        durability: files === undefined ? 'none' : durability,
        flushIntervalMs: options.flushIntervalMs ?? 1000,
        clusterId: undefined,
        properties,
        listeners,
        log,
      })
      const server = new BrokerServer(broker, files)
      server.#eventLoop.enable()
      if (options.http !== undefined) await server.#serveOperations(options.http)
      return server
    } catch (error) {
      await files?.close()
      throw error
    }
  }

  async #serveOperations(at: { readonly host: string; readonly port: number }): Promise<void> {
    try {
      this.#operations = await startOperations({
        ...at,
        metrics: () => brokerMetrics(this.broker, this.#eventLoop),
        notReady: () => this.#notReady(),
      })
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  #notReady(): string | undefined {
    if (this.#stopping !== undefined) return 'stopping'
    return this.broker.directory.committer.failure === undefined ? undefined : 'the disk failed'
  }

  /** Where clients connect first: `host:port` of each listener. */
  get bootstrap(): string {
    return this.broker.listeners.map(listener => `${listener.advertisedHost}:${listener.advertisedPort}`).join(',')
  }

  /** The port of `/metrics` and `/health`, if they are served. */
  get httpPort(): number | undefined {
    return this.#operations?.port
  }

  /** Takes no more requests, makes what was taken durable, and lets go of the directory. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  async #stop(): Promise<void> {
    await this.broker.stop()
    await this.#operations?.close()
    await this.#files?.close()
    this.#eventLoop.disable()
  }
}
