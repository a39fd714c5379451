/**
 * Client properties by Kafka's names, checked and typed. What only Java needs is taken without effect; what nobody knows is
 * told to whoever warns people.
 *
 *     const settings = new ClientSettings({ 'bootstrap.servers': 'localhost:9092', 'linger.ms': '20' })
 *     settings.integer('linger.ms')        20
 *     settings.integer('batch.size')       its default
 *     settings.unknown                     ['linger.sm']: did you mean 'linger.ms'?
 */
import { MillraceError } from '../../base/errors.ts'
import { didYouMean, nearest } from '../../base/suggest.ts'

interface Setting {
  readonly type: 'string' | 'integer' | 'boolean' | readonly string[]
  readonly default: string | undefined
  readonly min?: number
  readonly max?: number
}

const text = (fallback?: string): Setting => ({ type: 'string', default: fallback })
const integer = (fallback: number, min = 0, max = 2 ** 31 - 1): Setting => ({ type: 'integer', default: `${fallback}`, min, max })
const boolean = (fallback: boolean): Setting => ({ type: 'boolean', default: `${fallback}` })
const oneOf = (fallback: string | undefined, ...values: readonly string[]): Setting => ({ type: values, default: fallback })

/** Kafka's defaults but where a comment says why not. */
export const clientSettings = {
  'bootstrap.servers': text(),
  'client.id': text('millrace'),
  'client.rack': text(''),

  'request.timeout.ms': integer(30_000, 1),
  'default.api.timeout.ms': integer(60_000, 1),
  'socket.connection.setup.timeout.ms': integer(10_000, 1),
  'connections.max.idle.ms': integer(540_000, -1),
  'reconnect.backoff.ms': integer(50),
  'reconnect.backoff.max.ms': integer(1000),
  'retry.backoff.ms': integer(100),
  'retry.backoff.max.ms': integer(1000),
  'metadata.max.age.ms': integer(300_000),
  'allow.auto.create.topics': boolean(true),

  'security.protocol': oneOf('PLAINTEXT', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
  'sasl.mechanism': oneOf(undefined, 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'),
  'sasl.jaas.config': text(),
  'sasl.oauthbearer.token.endpoint.url': text(),
  'ssl.truststore.type': text(),
  'ssl.truststore.location': text(),
  'ssl.truststore.certificates': text(),
  'ssl.keystore.type': text(),
  'ssl.keystore.location': text(),
  'ssl.keystore.key': text(),
  'ssl.keystore.certificate.chain': text(),
  'ssl.keystore.password': text(),
  'ssl.key.password': text(),
  'ssl.endpoint.identification.algorithm': text('https'),
  'ssl.enabled.protocols': text('TLSv1.2,TLSv1.3'),

  'group.id': text(),
  'auto.offset.reset': oneOf(undefined, 'earliest', 'latest', 'none'),
  'isolation.level': oneOf('read_uncommitted', 'read_uncommitted', 'read_committed'),
  'fetch.min.bytes': integer(1),
  'fetch.max.bytes': integer(50 << 20),
  'fetch.max.wait.ms': integer(500),
  'max.partition.fetch.bytes': integer(1 << 20, 1),
  'check.crcs': boolean(true),
  'enable.auto.commit': boolean(false),
  'auto.commit.interval.ms': integer(5000),
  'commit.offsets.on.checkpoint': boolean(true),

  'acks': oneOf('all', '0', '1', '-1', 'all'),
  'enable.idempotence': oneOf(undefined, 'true', 'false'),
  // Java's 16 KB are sixteen requests where one would do: a broker's work is per batch.
  'batch.size': integer(256 << 10),
  'linger.ms': integer(5),
  'buffer.memory': integer(32 << 20, 1),
  'max.request.size': integer(1 << 20, 1),
  'max.in.flight.requests.per.connection': integer(5, 1),
  'compression.type': oneOf('none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'),
  'compression.gzip.level': integer(-1, -1, 9),
  'compression.zstd.level': integer(3, -131_072, 22),
  'delivery.timeout.ms': integer(120_000),
  'retries': integer(2 ** 31 - 1),
  'transactional.id': text(),
  'transaction.timeout.ms': integer(60_000, 1),
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof clientSettings

/** Of Java's clients, and without meaning here: classes, thread pools, group membership. */
const inert =
  /^((key|value)\.(de)?serializer|.*\.class(es)?|interceptor\..*|metrics?\..*|auto\.include\.jmx\.reporter|enable\.metrics\.push|client\.dns\.lookup|(send|receive)\.buffer\.bytes|max\.poll\..*|session\.timeout\.ms|heartbeat\.interval\.ms|partition\..*|partitioner\..*|group\.(instance\.id|protocol|remote\.assignor)|exclude\.internal\.topics|internal\..*|security\.providers|sasl\.(kerberos|login|client|oauthbearer)\..*|ssl\.(protocol|provider|cipher\.suites|keymanager\.algorithm|trustmanager\.algorithm|secure\.random\.implementation|engine\.factory\.class|truststore\.password)|socket\.connection\.setup\.timeout\.max\.ms|metadata\.(max\.idle\.ms|recovery\..*)|bootstrap\.controllers|max\.block\.ms|compression\.lz4\.level|default\.api\..*|config\.providers.*|register\.consumer\.metrics|client\.id\.prefix)$/

export class ClientSettings {
  readonly unknown: readonly string[]
  readonly #values: ReadonlyMap<string, string>

  constructor(properties: Readonly<Record<string, string>> | ReadonlyMap<string, string>) {
    const entries = properties instanceof Map ? [...properties] : Object.entries(properties as Record<string, string>)
    this.#values = new Map(entries.map(([name, value]) => [name, value.trim()]))
    this.unknown = entries.map(([name]) => name).filter(name => !(name in clientSettings) && !inert.test(name))
    for (const name of Object.keys(clientSettings)) this.#check(name as SettingName)
  }

  /** Sentences about names that mean nothing. */
  get warnings(): readonly string[] {
    return this.unknown.map(name => {
      const guess = nearest(name, Object.keys(clientSettings))
      return `Kafka clients have no property '${name}'${guess === undefined ? '' : `; did you mean '${guess}'?`}`
    })
  }

  /** It was given, rather than left to its default. */
  has(name: SettingName): boolean {
    return this.#values.has(name)
  }

  string(name: SettingName): string | undefined {
    const { type, default: fallback } = clientSettings[name] as Setting
    const value = this.#values.get(name) ?? fallback
    return typeof type === 'string' ? value : type.find(v => v.toLowerCase() === value?.toLowerCase())
  }

  integer(name: SettingName): number {
    return Number(this.string(name))
  }

  boolean(name: SettingName): boolean {
    return this.string(name)?.toLowerCase() === 'true'
  }

  #check(name: SettingName): void {
    const value = this.#values.get(name)
    if (value === undefined) return
    const { type, min, max } = clientSettings[name] as Setting
    if (typeof type !== 'string') {
      if (!type.some(v => v.toLowerCase() === value.toLowerCase()))
        throw invalid(name, value, `one of ${type.join(', ')}`, didYouMean(value, type))
    } else if (type === 'boolean') {
      if (!/^(true|false)$/i.test(value)) throw invalid(name, value, 'true or false')
    } else if (type === 'integer') {
      const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= min! && number <= max!)) throw invalid(name, value, `a whole number from ${min} to ${max}`)
    }
  }
}

const invalid = (name: string, value: string, wanted: string, hint?: string): MillraceError =>
  new MillraceError('KAFKA_CONFIG', 'user', `the client property '${name}' is ${wanted}, not '${value}'`, { hint })
