/** `millrace broker`: a Kafka broker until it is told to stop. */
import { mkdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { systemClock } from '../base/clock.ts'
import { MillraceError } from '../base/errors.ts'
import { BrokerServer, type HttpAddress, readBrokerProperties } from '../server/broker-server.ts'
import { type LogLevel, logLevels, logger } from '../server/logger.ts'
import { UsageError } from './usage-error.ts'

/** Signals that ask for a clean stop; also as process 1, where nobody else listens to them. */
const stopSignals = ['SIGTERM', 'SIGINT'] as const

export async function runBroker(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const options = brokerOptions(args, environment)
    if (options !== 'help') return await run(options)
    process.stdout.write(brokerUsage)
    return 0
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    process.stderr.write(`error [${error.code}]: ${error.describe()}\n`)
    return error.kind === 'user' ? 2 : 1
  }
}

async function run(options: BrokerCommand): Promise<number> {
  const logThreshold = { level: options.logLevel }
  const log = logger({
    clock: systemClock,
    threshold: logThreshold,
    format: options.logFormat ?? (process.stderr.isTTY ? 'text' : 'json'),
    write: line => void process.stderr.write(line),
  })
  if (options.data !== undefined) mkdirSync(options.data, { recursive: true })
  const asked = firstSignal(log)
  const server = await BrokerServer.start({ ...options, log, logThreshold })
  const { broker } = server
  const where = options.data ?? 'memory: records are gone when it stops'
  process.stdout.write(`listening on ${server.bootstrap} (${where})\n`)
  if (options.schemaRegistry !== undefined)
    process.stdout.write(`schema registry on http://${options.schemaRegistry.host}:${server.schemaRegistryPort}\n`)
  log('info', 'started', { clusterId: broker.clusterId, topics: broker.topics.count, cleanStart: broker.directory.clean })
  await asked
  await server.stop()
  log('info', 'stopped', {})
  return 0
}

/**
 * Resolves when a signal came, which counts while the broker starts, too: nobody tells process 1 a second time. Another one ends
 * the process at once.
 */
function firstSignal(log: ReturnType<typeof logger>): Promise<void> {
  return new Promise(resolve => {
    const stop = (signal: string): void => {
      log('info', 'stopping', { signal })
      for (const name of stopSignals) process.off(name, stop).once(name, () => process.kill(process.pid, 'SIGKILL'))
      resolve()
    }
    for (const name of stopSignals) process.on(name, stop)
  })
}

interface BrokerCommand {
  readonly data: string | undefined
  readonly maxMemoryBytes: number | undefined
  readonly listen: readonly string[] | undefined
  readonly advertise: readonly string[] | undefined
  readonly clusterId: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly durability: 'group' | 'interval' | 'none'
  readonly flushIntervalMs: number
  readonly http: HttpAddress | undefined
  readonly schemaRegistry: HttpAddress | undefined
  readonly logLevel: LogLevel
  readonly logFormat: 'json' | 'text' | undefined
}

export function brokerOptions(args: readonly string[], environment: NodeJS.ProcessEnv): BrokerCommand | 'help' {
  const { values, positionals } = parsed(args)
  if (values.help) return 'help'
  if (positionals.length > 0) throw new UsageError(`broker takes no argument; what is '${positionals[0]}'?`)
  if (values.memory && values.data !== undefined) throw new UsageError('--memory and --data: records are kept in one place')
  if (!values.memory && values.data === undefined) throw new UsageError('broker needs --data DIR, or --memory')
  if (values['max-memory'] !== undefined && !values.memory) throw new UsageError('--max-memory goes with --memory')
  const properties = readBrokerProperties({
    fileText: values.config === undefined ? undefined : fileText(values.config),
    environment,
    settings: values.set ?? [],
  })
  return {
    data: values.data,
    maxMemoryBytes: values['max-memory'] === undefined ? undefined : bytesOf('--max-memory', values['max-memory']),
    // In a program, a broker in memory takes any free port; a command is found where brokers are found.
    listen: values.listen ?? (values.memory && properties['listeners'] === undefined ? ['localhost:9092'] : undefined),
    advertise: values.advertise,
    // As Kafka's container image has it.
    clusterId: environment['CLUSTER_ID']?.trim() || undefined,
    properties,
    durability: oneOf('--durability', values.durability, ['group', 'interval', 'none'] as const),
    flushIntervalMs: whole('--flush-interval-ms', values['flush-interval-ms']),
    http: values.http === undefined ? undefined : addressOf('--http', values.http),
    schemaRegistry:
      values['schema-registry'] === undefined ? undefined : addressOf('--schema-registry', values['schema-registry']),
    logLevel: oneOf('--log-level', values['log-level'], logLevels),
    logFormat:
      values['log-format'] === undefined ? undefined : oneOf('--log-format', values['log-format'], ['json', 'text'] as const),
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--config ${path} can not be read: ${(error as Error).message}`)
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: withDefault(args, '--schema-registry', SCHEMA_REGISTRY_PORT),
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        memory: { type: 'boolean' },
        'max-memory': { type: 'string' },
        listen: { type: 'string', multiple: true },
        advertise: { type: 'string', multiple: true },
        config: { type: 'string' },
        set: { type: 'string', multiple: true },
        durability: { type: 'string', default: 'group' },
        'flush-interval-ms': { type: 'string', default: '1000' },
        http: { type: 'string' },
        'schema-registry': { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        'log-format': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** Confluent's own. */
const SCHEMA_REGISTRY_PORT = '8081'

/** A flag whose value may be left out. */
function withDefault(args: readonly string[], flag: string, value: string): string[] {
  return args.flatMap((arg, i) => (arg === flag && (args[i + 1] ?? '-').startsWith('-') ? [arg, value] : [arg]))
}

function oneOf<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  const chosen = choices.find(choice => choice === value.toLowerCase())
  if (chosen === undefined) throw new UsageError(`${flag} is one of ${choices.join(', ')}, not '${value}'`)
  return chosen
}

function whole(flag: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new UsageError(`${flag} is a whole number, not '${value}'`)
  return Number(value)
}

function bytesOf(flag: string, value: string): number {
  const match = /^(\d+)\s*([kmgt]?)i?b?$/i.exec(value.trim())
  if (match === null) throw new UsageError(`${flag} is a size such as 512MB or 1GB, not '${value}'`)
  return Number(match[1]) * 1024 ** ' kmgt'.indexOf(match[2]!.toLowerCase() || ' ')
}

function addressOf(flag: string, value: string): HttpAddress {
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d+)$/.exec(value)
  if (match === null) throw new UsageError(`${flag} is host:port, not '${value}'`)
  return { host: match[1] ?? '127.0.0.1', port: Number(match[2]) }
}

const brokerUsage = `millrace broker: a Kafka broker in one process

  millrace broker --data DIR      records in a directory
  millrace broker --memory        records in memory: for tests

      --listen [NAME://]HOST:PORT     where clients connect; may be repeated (default: localhost:9092)
      --advertise [NAME://]HOST:PORT  what clients are told instead; may be repeated
      --config FILE                   properties by Kafka's names, as Java writes them
      --set KEY=VALUE                 one property; may be repeated. Those of the environment (KAFKA_NUM_PARTITIONS=3)
                                      stand above the file's, and below these
      --durability MODE               group (the default): acknowledged is on the disk; interval; none
      --flush-interval-ms MS          between two syncs of --durability interval (1000)
      --max-memory SIZE               of --memory: producers are refused beyond it
      --http HOST:PORT                /metrics for Prometheus, /health/live and /health/ready
      --schema-registry [[HOST:]PORT] a schema registry, on 127.0.0.1:8081 unless told
      --log-level LEVEL               debug, info (the default), warn, error
      --log-format FORMAT             json (the default in a pipe) or text, on standard error
  -h, --help                          this text

SIGTERM and SIGINT stop it cleanly. Exit code: 0 well, 1 failed, 2 usage or configuration.
`
