/**
 * Rows to records: key and value by their formats, timestamp, headers and topic from metadata columns. At least once: a
 * checkpoint waits until everything before it is written.
 */
import { ConnectorError } from '../../base/errors.ts'
import { CHUNK_ROWS, Chunk } from '../../data/chunk.ts'
import { type Column, isNullAt, valueAt } from '../../data/column.ts'
import type { Value } from '../../data/value.ts'
import { byteWriter } from '../../formats/byte-writer.ts'
import { type ByteWriter, type Encoder, NO_MESSAGE } from '../../formats/format.ts'
import { KafkaClient, Producer, type TopicWriter, byKey, fixed } from '../../kafka/client/index.ts'
import type { SinkWriter } from '../../runtime/dataflow/sink.ts'
import type { ConnectorContext } from '../connector.ts'
import type { Part, Parts } from './fields.ts'
import { openClient } from './open-client.ts'
import type { KafkaTable } from './options.ts'

export interface KafkaSinkSpec extends KafkaTable {
  readonly parts: Parts
  readonly context: ConnectorContext
}

export async function openWriter(spec: KafkaSinkSpec): Promise<SinkWriter> {
  const client = await openClient(spec, spec.context)
  try {
    const producer = await Producer.open(client)
    const writer = new KafkaWriter(spec, client, producer)
    await writer.openTopics()
    return writer
  } catch (error) {
    client.close()
    throw error
  }
}

/** Messages of one chunk, one behind the other: message i is `bytes[ends[i − 1], ends[i])`. */
class Messages {
  readonly #encoder: Encoder
  readonly #columns: readonly number[]
  readonly #part: Part
  readonly #into: ByteWriter = byteWriter()
  readonly ends = new Int32Array(CHUNK_ROWS)

  constructor(part: Part, columns: readonly number[], encoder: Encoder) {
    this.#part = part
    this.#columns = columns
    this.#encoder = encoder
  }

  get bytes(): Uint8Array {
    return this.#into.bytes
  }

  encode(chunk: Chunk): void {
    this.#into.length = 0
    const columns = this.#columns.map(i => chunk.columns[i]!)
    // Looks at the chunk and owns nothing of it.
    this.#encoder.encode(new Chunk({ schema: this.#part.schema, length: chunk.length, columns }), this.#into, this.ends)
  }
}

class KafkaWriter implements SinkWriter {
  readonly #spec: KafkaSinkSpec
  readonly #client: KafkaClient
  readonly #producer: Producer
  readonly #topics = new Map<string, TopicWriter>()
  /** Undefined: a column says. */
  #topic: TopicWriter | undefined
  readonly #key: Messages | undefined
  readonly #value: Messages
  // Where metadata stands among the written columns; −1: nowhere.
  readonly #topicColumn: number
  readonly #timestampColumn: number
  readonly #headersColumn: number

  constructor(spec: KafkaSinkSpec, client: KafkaClient, producer: Producer) {
    const { table, parts, context } = spec
    this.#spec = spec
    this.#client = client
    this.#producer = producer
    const written = table.columns.filter(c => c.kind === 'physical' || (c.kind === 'metadata' && !c.virtual))
    const placeOf = (name: string): number => written.findIndex(c => c.name === name)
    const metadata = (key: string): number => written.findIndex(c => c.kind === 'metadata' && c.key === key)
    this.#topicColumn = metadata('topic')
    this.#timestampColumn = metadata('timestamp')
    this.#headersColumn = metadata('headers')
    const messages = (part: Part, what: string): Messages => {
      const name = `${context.name}/${table.path[2].replace(/[^\w.-]+/g, '-')}-${what}-encoder`
      const encoder = part.format.encoder!(part.schema, part.options, { zone: context.zone, name })
      return new Messages(part, part.columns.map(placeOf), encoder)
    }
    this.#key = parts.key === undefined ? undefined : messages(parts.key, 'key')
    this.#value = messages(parts.value, 'value')
  }

  async openTopics(): Promise<void> {
    const { topics, partitioner } = this.#spec
    if (!('names' in topics)) return
    for (const name of topics.names) {
      const choice = partitioner === 'fixed' ? fixed(0) : byKey(this.#client.random)
      this.#topics.set(name, await this.#producer.topic(name, choice))
    }
    if (this.#topicColumn < 0) this.#topic = this.#topics.get(topics.names[0]!)
  }

  write(chunk: Chunk): Promise<void> | undefined {
    try {
      this.#append(chunk)
    } finally {
      chunk.release()
    }
    return this.#producer.crowded ? this.#producer.room() : undefined
  }

  #append(chunk: Chunk): void {
    this.#value.encode(chunk)
    this.#key?.encode(chunk)
    const values = this.#value.bytes
    const valueEnds = this.#value.ends
    const keys = this.#key?.bytes ?? values
    const keyEnds = this.#key?.ends
    const timestamps = this.#timestampColumn < 0 ? undefined : chunk.columns[this.#timestampColumn]!
    const headers = this.#headersColumn < 0 ? undefined : chunk.columns[this.#headersColumn]!
    const nowMs = this.#spec.context.clock.nowMs()
    if (this.#topic !== undefined && keyEnds === undefined && timestamps === undefined && headers === undefined)
      return this.#topic.appendValues(nowMs, values, valueEnds, chunk.length)
    let valueStart = 0
    let keyStart = 0
    for (let row = 0; row < chunk.length; row++) {
      const topic = this.#topic ?? this.#topicAt(chunk, row)
      const valueEnd = valueEnds[row]!
      const keyEnd = keyEnds === undefined ? NO_MESSAGE : keyEnds[row]!
      topic.append(
        timestamps === undefined || isNullAt(timestamps, row) ? nowMs : Number(valueAt(timestamps, row)),
        keys,
        keyEnd === NO_MESSAGE ? -1 : keyStart,
        keyEnd,
        values,
        valueEnd === NO_MESSAGE ? -1 : valueStart,
        valueEnd,
        headers === undefined ? undefined : headersAt(headers, row),
      )
      if (valueEnd !== NO_MESSAGE) valueStart = valueEnd
      if (keyEnd !== NO_MESSAGE) keyStart = keyEnd
    }
  }

  #topicAt(chunk: Chunk, row: number): TopicWriter {
    const name = valueAt(chunk.columns[this.#topicColumn]!, row) as string
    const topic = this.#topics.get(name)
    if (topic !== undefined) return topic
    throw new ConnectorError(
      'KAFKA_TOPIC_UNKNOWN',
      `a row goes to topic '${name}', which is not one of those that 'topic' lists`,
      {
        hint: `it lists ${[...this.#topics.keys()].join(', ')}`,
      },
    )
  }

  /** Everything so far is written when it resolves. */
  async prepare(): Promise<null> {
    await this.#producer.flush()
    return null
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {
    this.#producer.close()
    this.#client.close()
  }
}

function headersAt(column: Column, row: number): { readonly key: string; readonly value: Uint8Array | null }[] {
  if (isNullAt(column, row)) return []
  const entries = valueAt(column, row) as unknown as readonly (readonly [Value, Value])[]
  // A header without a name can't be told.
  return entries.flatMap(([key, value]) => (key === null ? [] : [{ key: key as string, value: value as Uint8Array | null }]))
}
