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

export interface Setting {
  readonly type: 'string' | 'integer' | 'boolean' | readonly string[]
  readonly default: string | undefined
  readonly help: string
  readonly min?: number
  readonly max?: number
}

const text = (help: string, fallback?: string): Setting => ({ type: 'string', default: fallback, help })
const integer = (help: string, fallback: number, min = 0, max = 2 ** 31 - 1): Setting => ({
  type: 'integer',
  default: `${fallback}`,
  min,
  max,
  help,
})
const boolean = (help: string, fallback: boolean): Setting => ({ type: 'boolean', default: `${fallback}`, help })
const oneOf = (help: string, fallback: string | undefined, ...values: readonly string[]): Setting => ({
  type: values,
  default: fallback,
  help,
})

/** Kafka's defaults but where a comment says why not. */
export const clientSettings = {
  'bootstrap.servers': text('brokers to ask first: `host:port,host:port`'),
  'client.id': text("our name in the broker's logs and quotas", 'millrace'),
  'client.rack': text('where we are, for brokers that answer by rack', ''),

  'request.timeout.ms': integer('how long an answer is waited for', 30_000, 1),
  'default.api.timeout.ms': integer('how long something is tried again', 60_000, 1),
  'socket.connection.setup.timeout.ms': integer('how long a connection may take', 10_000, 1),
  'connections.max.idle.ms': integer('a connection without requests is closed after that; -1 is never', 540_000, -1),
  'reconnect.backoff.ms': integer('pause before a connection is tried again, doubled each time', 50),
  'reconnect.backoff.max.ms': integer('the longest', 1000),
  'retry.backoff.ms': integer('pause before a request is tried again, doubled each time', 100),
  'retry.backoff.max.ms': integer('the longest', 1000),
  'metadata.max.age.ms': integer('topics and leaders are looked up anew after that', 300_000),
  'allow.auto.create.topics': boolean('writing to a topic that is not there may make it, if the broker lets it', true),

  'security.protocol': oneOf('TLS and SASL, or neither', 'PLAINTEXT', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
  'sasl.mechanism': oneOf('how we show who we are', undefined, 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'),
  'sasl.jaas.config': text("user and password, in Java's notation"),
  'sasl.oauthbearer.token.endpoint.url': text('a file with the token: `file:///…`'),
  'ssl.truststore.type': text('`PEM`'),
  'ssl.truststore.location': text("a file with the certificates that are trusted; without it the system's"),
  'ssl.truststore.certificates': text('the same as text'),
  'ssl.keystore.type': text('`PEM`, `PKCS12`; unless told, by the name of the file'),
  'ssl.keystore.location': text('a file with our key and certificates, where the broker asks for them'),
  'ssl.keystore.key': text('the key as text'),
  'ssl.keystore.certificate.chain': text('the certificates as text'),
  'ssl.keystore.password': text('of the file'),
  'ssl.key.password': text('of the key'),
  'ssl.endpoint.identification.algorithm': text("`https` holds the broker's certificate to its name; empty does not", 'https'),
  'ssl.enabled.protocols': text('versions of TLS', 'TLSv1.2,TLSv1.3'),

  'group.id': text('whose offsets are read and committed'),
  'auto.offset.reset': oneOf(
    'where to read on if there is no offset, or no record at it any more',
    undefined,
    'earliest',
    'latest',
    'none',
  ),
  'isolation.level': oneOf(
    'whether records of open and aborted transactions are seen',
    'read_uncommitted',
    'read_uncommitted',
    'read_committed',
  ),
  'fetch.min.bytes': integer('an answer waits until there is as much', 1),
  'fetch.max.bytes': integer('about the most in one answer', 50 << 20),
  'fetch.max.wait.ms': integer('an answer waits so long at most', 500),
  'max.partition.fetch.bytes': integer('about the most of one partition in one answer', 1 << 20, 1),
  'check.crcs': boolean('whether checksums are checked', true),
  'enable.auto.commit': boolean('commit offsets by time; a checkpoint does so anyway', false),
  'auto.commit.interval.ms': integer('how often', 5000),
  'commit.offsets.on.checkpoint': boolean("commit the group's offsets with each checkpoint", true),

  'acks': oneOf('how many replicas have a record when it counts as written', 'all', '0', '1', '-1', 'all'),
  'enable.idempotence': oneOf('retries write nothing twice; on, unless `acks` are fewer than all', undefined, 'true', 'false'),
  // Java's 16 KB are sixteen requests where one would do: a broker's work is per batch.
  'batch.size': integer('bytes of records that are written together, per partition', 256 << 10),
  'linger.ms': integer('how long a batch waits for more records', 5),
  'buffer.memory': integer('bytes that wait to be written', 32 << 20, 1),
  'max.request.size': integer('the most in one record, or in one request', 1 << 20, 1),
  'max.in.flight.requests.per.connection': integer('requests on their way at once; order is kept', 5, 1),
  'compression.type': oneOf('how batches are packed', 'none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'),
  'compression.gzip.level': integer('-1 is the usual one', -1, -1, 9),
  'compression.zstd.level': integer('greater is smaller and slower', 3, -131_072, 22),
  'delivery.timeout.ms': integer('how long a record may take to be written, retries included', 120_000),
  'retries': integer('0: what fails is not tried again', 2 ** 31 - 1),
  'transactional.id': text("of a producer's transactions"),
  'transaction.timeout.ms': integer('the broker aborts a transaction that takes longer', 60_000, 1),
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
