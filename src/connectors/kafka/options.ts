/**
 * What a table of the connector `kafka` says in its options, read and held against each other as Flink does.
 *
 *     'topic' = 'orders;bills', 'key.fields' = 'id', 'key.format' = 'raw', 'value.format' = 'json'
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type Option, Options, type OptionSet } from '../../catalog/option.ts'
import { type TableEntry, printPath } from '../../catalog/table.ts'

const startModes = ['earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] as const
const boundedModes = ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] as const

const startOptions: readonly Option[] = [
  {
    name: 'scan.startup.mode',
    type: 'enum',
    values: startModes,
    default: 'group-offsets',
    description: 'where reading begins, unless a checkpoint says',
  },
  { name: 'scan.startup.timestamp-millis', type: 'integer', description: 'for `timestamp`: the first record from then on' },
  {
    name: 'scan.startup.specific-offsets',
    type: 'string',
    description: 'for `specific-offsets`: `partition:0,offset:42;partition:1,offset:300`',
  },
  {
    name: 'scan.bounded.mode',
    type: 'enum',
    values: boundedModes,
    default: 'unbounded',
    description: 'where reading ends; what is there at the start, with `latest-offset`',
  },
  { name: 'scan.bounded.timestamp-millis', type: 'integer', description: 'for `timestamp`: up to the first record from then on' },
  {
    name: 'scan.bounded.specific-offsets',
    type: 'string',
    description: 'for `specific-offsets`: the first offsets not to be read',
  },
  {
    name: 'scan.topic-partition-discovery.interval',
    type: 'duration',
    default: '5 min',
    description: 'how often to look for new partitions and, with a pattern, topics; 0 is never',
  },
]

const sinkOptions: readonly Option[] = [
  {
    name: 'sink.partitioner',
    type: 'string',
    default: 'default',
    description:
      '`default`: by key as Java, without a key sticky to a partition until a batch is full; `fixed`: all to one; `round-robin`',
  },
  {
    name: 'sink.delivery-guarantee',
    type: 'enum',
    values: ['at-least-once', 'exactly-once', 'none'],
    default: 'at-least-once',
    description: '`exactly-once` is not supported yet; `none` is written like `at-least-once`',
  },
  { name: 'sink.transactional-id-prefix', type: 'string', description: 'for `exactly-once`' },
]

export const kafkaOptions: OptionSet = {
  required: [
    { name: 'properties.bootstrap.servers', type: 'string', description: 'brokers to ask first: `host:port,host:port`' },
  ],
  optional: [
    { name: 'topic', type: 'string', description: 'a topic, or several with `;` between them' },
    { name: 'topic-pattern', type: 'string', description: 'instead: a regular expression for the whole name; to read only' },
    {
      name: 'properties.group.id',
      type: 'string',
      description: 'a group whose offsets are read and, with each checkpoint, committed',
    },
    { name: 'key.format', type: 'string', description: 'how keys are written' },
    { name: 'key.fields', type: 'string', default: '', description: 'columns that are in the key, with `;` between them' },
    {
      name: 'key.fields-prefix',
      type: 'string',
      default: '',
      description: 'what these names begin with here and not in the key',
    },
    { name: 'value.format', type: 'string', description: 'how values are written; `format` says the same' },
    {
      name: 'value.fields-include',
      type: 'enum',
      values: ['ALL', 'EXCEPT_KEY'],
      default: 'ALL',
      description: 'whether columns of the key are in the value, too',
    },
    ...startOptions,
    ...sinkOptions,
  ],
  patterns: [{ name: 'properties.*', type: 'string', description: 'any property of a Kafka client' }],
}

export type Topics = { readonly names: readonly string[] } | { readonly pattern: RegExp; readonly text: string }

export type OffsetsSpec =
  | { readonly mode: 'earliest-offset' | 'latest-offset' | 'group-offsets' }
  | { readonly mode: 'timestamp'; readonly timestampMs: number }
  /** By partition, of one topic. */
  | { readonly mode: 'specific-offsets'; readonly offsets: ReadonlyMap<number, number> }

export interface KafkaTable {
  readonly table: TableEntry
  readonly topics: Topics
  readonly properties: Readonly<Record<string, string>>
  readonly group: string | undefined
  readonly startup: OffsetsSpec
  /** Undefined: it never ends. */
  readonly bounded: OffsetsSpec | undefined
  /** 0: never. */
  readonly discoveryMs: number
  readonly partitioner: 'default' | 'fixed' | 'round-robin'
}

export const isBounded = (table: TableEntry): boolean =>
  (table.options['scan.bounded.mode'] ?? 'unbounded').toLowerCase() !== 'unbounded'

export function kafkaTable(table: TableEntry): KafkaTable {
  const given = new Options("connector 'kafka'", kafkaOptions, table.options)
  const properties = Object.fromEntries(
    Object.entries(table.options).flatMap(([key, value]) =>
      key.startsWith('properties.') ? [[key.slice('properties.'.length), value]] : [],
    ),
  )
  const group = properties['group.id']
  const topics = topicsOf(given)
  const startup = offsetsOf(given, 'startup', topics)!
  const bounded = offsetsOf(given, 'bounded', topics)
  if (bounded?.mode === 'group-offsets' && group === undefined)
    throw wrong("'scan.bounded.mode' is group-offsets, and 'properties.group.id' does not say of which group")
  return {
    table,
    topics,
    properties,
    group,
    startup,
    bounded,
    discoveryMs: bounded === undefined ? given.duration('scan.topic-partition-discovery.interval')! : 0,
    partitioner: partitionerOf(given, table),
  }
}

function topicsOf(given: Options): Topics {
  const topic = given.string('topic')
  const text = given.string('topic-pattern')
  if (topic !== undefined && text !== undefined) throw wrong("'topic' and 'topic-pattern' are not set together")
  if (text !== undefined) {
    try {
      return { pattern: new RegExp(`^(?:${text})$`), text }
    } catch (cause) {
      throw wrong(`'topic-pattern' is a regular expression, not '${text}': ${(cause as Error).message}`)
    }
  }
  const names = (topic ?? '')
    .split(';')
    .map(name => name.trim())
    .filter(name => name !== '')
  if (names.length === 0) throw wrong("either 'topic' or 'topic-pattern' says what is read or written", 'OPTION_MISSING')
  return { names: [...new Set(names)] }
}

function offsetsOf(given: Options, what: 'startup' | 'bounded', topics: Topics): OffsetsSpec | undefined {
  const option = `scan.${what}.mode`
  const mode = given.string(option)!.toLowerCase() as OffsetsSpec['mode'] | 'unbounded'
  switch (mode) {
    case 'unbounded':
      return undefined
    case 'timestamp': {
      const timestampMs = given.integer(`scan.${what}.timestamp-millis`)
      if (timestampMs === undefined) throw missing(`scan.${what}.timestamp-millis`, option, mode)
      return { mode, timestampMs }
    }
    case 'specific-offsets': {
      const text = given.string(`scan.${what}.specific-offsets`)
      if (text === undefined) throw missing(`scan.${what}.specific-offsets`, option, mode)
      if (!('names' in topics) || topics.names.length > 1)
        throw wrong(`'${option}' is specific-offsets, which are of a single topic`)
      return { mode, offsets: parseOffsets(text, `scan.${what}.specific-offsets`) }
    }
    default:
      return { mode }
  }
}

/** `partition:0,offset:42;partition:1,offset:300` */
function parseOffsets(text: string, option: string): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  for (const part of text.split(';')) {
    const found = /^\s*partition\s*:\s*(\d+)\s*,\s*offset\s*:\s*(\d+)\s*$/.exec(part)
    if (found === null) throw wrong(`'${option}' is written partition:0,offset:42;partition:1,offset:300, not '${text}'`)
    offsets.set(Number(found[1]), Number(found[2]))
  }
  return offsets
}

function partitionerOf(given: Options, table: TableEntry): KafkaTable['partitioner'] {
  const name = given.string('sink.partitioner')!
  if (name !== 'default' && name !== 'fixed' && name !== 'round-robin')
    throw new UnsupportedError(`the class ${name} as 'sink.partitioner'`, undefined, {
      hint: 'there are default, fixed and round-robin',
    })
  if (name === 'round-robin' && (table.options['key.fields'] ?? '') !== '')
    throw wrong("'sink.partitioner' is round-robin, which is for records without a key: 'key.fields' says they have one")
  return name
}

/** What only writing needs to be right. */
export function checkSink(table: TableEntry): void {
  const given = new Options("connector 'kafka'", kafkaOptions, table.options)
  if (given.string('sink.delivery-guarantee')!.toLowerCase() === 'exactly-once') {
    throw new UnsupportedError("'sink.delivery-guarantee' = 'exactly-once'", undefined, {
      hint: 'at-least-once loses nothing; after a failure rows may be written again',
    })
  }
  if (given.string('topic-pattern') !== undefined)
    throw wrong(`'topic-pattern' says what is read; what ${printPath(table.path)} is written to says 'topic'`)
}

const missing = (option: string, because: string, value: string): SqlError =>
  new SqlError('OPTION_MISSING', `'${because}' is ${value}, and '${option}' is missing`)

export const wrong = (message: string, code = 'OPTION_VALUE'): SqlError =>
  code === 'OPTION_MISSING' ? new SqlError('OPTION_MISSING', message) : new SqlError('OPTION_VALUE', message)
