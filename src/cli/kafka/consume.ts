/** `millrace consume TOPIC`: records as they come, as lines of values or as JSON. */
import {
  Consumer,
  type KafkaClient,
  type Rows,
  type TopicPartition,
  headersOf,
  listOffsets,
  partitionName,
} from '../../kafka/client/index.ts'
import { UsageError } from '../usage-error.ts'
import { type ParsedCommand, oneOf } from './arguments.ts'
import type { Surroundings } from './main.ts'
import { type Place, parsePlace } from './place.ts'
import { separatorOf } from './produce.ts'

type Encoding = 'utf8' | 'base64' | 'hex'

export async function consume(command: ParsedCommand, { client, out, signal }: Surroundings): Promise<void> {
  const [name] = command.names as [string]
  const max = command.count('max', 1) ?? Infinity
  const encoding = oneOf('encoding', command.text('encoding'), ['utf8', 'base64', 'hex'] as const) ?? 'utf8'
  const print = printerOf(command, encoding)
  const place = placeOf(command)
  const partitions = await partitionsOf(command, client, name)
  const places = await placesOf(client, partitions, place)
  const ends = command.flag('until-end')
    ? await listOffsets(client, partitions, 'latest', {
        committed: client.settings.string('isolation.level') === 'read_committed',
      })
    : undefined
  const consumer = new Consumer(client, {
    reset: 'earliest',
    warn: message => void process.stderr.write(`warning: ${message}\n`),
  })
  const stop = (): void => consumer.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    consumer.assign(
      partitions.map(p => {
        const key = partitionName(p.topic, p.partition)
        return { ...p, offset: places.get(key)!, ...(ends === undefined ? {} : { stopAt: ends.get(key)!.offset }) }
      }),
    )
    let left = max
    const isThrough = (): boolean => ends !== undefined && consumer.ended
    while (left > 0 && !signal.aborted && !isThrough()) {
      const rows = consumer.next()
      if (rows === undefined) {
        await consumer.ready()
        continue
      }
      const to = Math.min(rows.to, rows.from + left)
      left -= to - rows.from
      await out.write(print(rows, rows.from, to))
    }
  } finally {
    signal.removeEventListener('abort', stop)
    consumer.close()
  }
}

function placeOf(command: ParsedCommand): Place {
  const from = command.text('from')
  if (command.flag('from-beginning')) {
    if (from !== undefined) throw new UsageError('--from and --from-beginning say the same: give one of them')
    return { kind: 'earliest' }
  }
  return from === undefined ? { kind: 'latest' } : parsePlace('from', from)
}

async function partitionsOf(command: ParsedCommand, client: KafkaClient, topic: string): Promise<TopicPartition[]> {
  const { partitions } = await client.topic(topic)
  const wanted = command.all('partition').map(text => {
    if (!/^\d+$/.test(text)) throw new UsageError(`--partition is a whole number, not '${text}'`)
    if (Number(text) >= partitions.length)
      throw new UsageError(`topic ${topic} has partitions 0 to ${partitions.length - 1}, not ${text}`)
    return Number(text)
  })
  const all = wanted.length > 0 ? [...new Set(wanted)] : partitions.map((_, partition) => partition)
  return all.map(partition => ({ topic, partition }))
}

/** The first offset of each partition. An offset before the first one is the first one. */
async function placesOf(client: KafkaClient, partitions: readonly TopicPartition[], place: Place): Promise<Map<string, number>> {
  const [earliest, latest] = await Promise.all([
    listOffsets(client, partitions, 'earliest'),
    listOffsets(client, partitions, 'latest'),
  ])
  const times = place.kind === 'time' ? await listOffsets(client, partitions, place.timestampMs) : undefined
  return new Map(
    partitions.map(p => {
      const key = partitionName(p.topic, p.partition)
      const first = earliest.get(key)!.offset
      const end = latest.get(key)!.offset
      const at = times?.get(key)!.offset ?? -1
      const offset =
        place.kind === 'earliest'
          ? first
          : place.kind === 'offset'
            ? place.offset
            : place.kind === 'by'
              ? end - Math.abs(place.by)
              : place.kind === 'time' && at >= 0
                ? at
                : end
      return [key, Math.max(first, Math.min(end, offset))]
    }),
  )
}

type Print = (rows: Rows, from: number, to: number) => string

function printerOf(command: ParsedCommand, encoding: Encoding): Print {
  const output = oneOf('output', command.text('output'), ['values', 'json']) ?? 'values'
  const separator = separatorOf(command)?.toString()
  if (output === 'json') {
    if (separator !== undefined) throw new UsageError('--key-separator is for values; JSON has the key in a field of its own')
    return jsonLinesOf(encoding)
  }
  return (rows, from, to) => {
    const text = textsOf(rows, encoding)
    const { keyStarts, keyEnds, valueStarts, valueEnds } = rows.view
    let lines = ''
    for (let row = from; row < to; row++) {
      if (separator !== undefined) lines += `${text(keyStarts[row]!, keyEnds[row]!) ?? 'null'}${separator}`
      lines += `${text(valueStarts[row]!, valueEnds[row]!) ?? 'null'}\n`
    }
    return lines
  }
}

const jsonLinesOf =
  (encoding: Encoding): Print =>
  (rows, from, to) => {
    const { view, partition } = rows
    const text = textsOf(rows, encoding)
    let lines = ''
    for (let row = from; row < to; row++) {
      const record = {
        topic: partition.topic,
        partition: partition.partition,
        offset: view.offsets[row]!,
        timestamp: view.timestamps[row]!,
        key: text(view.keyStarts[row]!, view.keyEnds[row]!),
        value: text(view.valueStarts[row]!, view.valueEnds[row]!),
        headers: headersOf(view, row).map(({ key, value }) => [
          key,
          value === null ? null : Buffer.from(value).toString(encoding),
        ]),
      }
      lines += `${JSON.stringify(record)}\n`
    }
    return lines
  }

function textsOf({ view }: Rows, encoding: Encoding): (start: number, end: number) => string | null {
  const bytes = Buffer.from(view.bytes.buffer, view.bytes.byteOffset, view.bytes.byteLength)
  return (start, end) => (start < 0 ? null : bytes.toString(encoding, start, end))
}
