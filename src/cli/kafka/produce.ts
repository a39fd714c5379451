/** `millrace produce TOPIC`: a record for each line of standard input. */
import { MillraceError } from '../../base/errors.ts'
import { Producer, type RecordHeader, type TopicWriter } from '../../kafka/client/index.ts'
import { UsageError } from '../usage-error.ts'
import { type ParsedCommand, oneOf, pairs } from './arguments.ts'
import type { Surroundings } from './main.ts'
import { counted } from './topic.ts'

const NOTHING = new Uint8Array(0)
const LF = 10
const CR = 13

export async function produce(command: ParsedCommand, { client, err, signal }: Surroundings): Promise<void> {
  const [name] = command.names as [string]
  const input = oneOf('input', command.text('input'), ['lines', 'json']) ?? 'lines'
  const partition = command.count('partition', 0)
  const headers = Object.entries(pairs('header', command.all('header'))).map(([key, value]) => ({
    key,
    value: Buffer.from(value),
  }))
  const separator = separatorOf(command)
  const nothing = command.text('null')
  if (input === 'json' && (separator !== undefined || nothing !== undefined))
    throw new UsageError('--key-separator and --null are for lines; JSON says itself what is the key, and what is null')
  const producer = await Producer.open(client)
  try {
    const topic = await producer.topic(name)
    const write =
      input === 'json'
        ? jsonWriter(topic, headers, partition, () => client.clock.nowMs())
        : lineWriter(
            topic,
            { separator, nothing: nothing === undefined ? undefined : Buffer.from(nothing), headers, partition },
            () => client.clock.nowMs(),
          )
    let count = 0
    for await (const line of lines(process.stdin, signal)) {
      write(line, ++count)
      if (producer.crowded) await producer.room()
    }
    await producer.flush()
    if (err.isTerminal && !command.flag('quiet')) await err.line(`${counted(count, 'record')} to ${name}`)
  } finally {
    producer.close()
  }
}

/** `\t` and such are what they stand for. */
export function separatorOf(command: ParsedCommand): Buffer | undefined {
  const text = command.text('key-separator')
  if (text === undefined) return undefined
  if (text === '') throw new UsageError('--key-separator is not empty')
  return Buffer.from(text.replace(/\\t/g, '\t').replace(/\\n/g, '\n').replace(/\\0/g, '\0'))
}

type WriteLine = (line: Buffer, number: number) => void

interface LineOptions {
  readonly separator: Buffer | undefined
  readonly nothing: Buffer | undefined
  readonly headers: readonly RecordHeader[]
  readonly partition: number | undefined
}

function lineWriter(topic: TopicWriter, { separator, nothing, headers, partition }: LineOptions, nowMs: () => number): WriteLine {
  const isNothing = (line: Buffer, start: number, end: number): boolean =>
    nothing !== undefined && nothing.length === end - start && line.subarray(start, end).equals(nothing)
  return (line, number) => {
    const at = separator === undefined ? -1 : line.indexOf(separator)
    if (separator !== undefined && at < 0)
      throw new MillraceError(
        'KAFKA_INPUT',
        'external',
        `line ${number} has no key: '${shown(line)}' does not contain the separator`,
      )
    const value = at < 0 ? 0 : at + separator!.length
    const noKey = at < 0 || isNothing(line, 0, at)
    const noValue = isNothing(line, value, line.length)
    topic.append(
      nowMs(),
      line,
      noKey ? -1 : 0,
      noKey ? -1 : at,
      line,
      noValue ? -1 : value,
      noValue ? -1 : line.length,
      headers,
      partition,
    )
  }
}

/** What `consume -o json` prints: key, value, headers, timestamp and, unless told, partition count. */
function jsonWriter(
  topic: TopicWriter,
  always: readonly RecordHeader[],
  partition: number | undefined,
  nowMs: () => number,
): WriteLine {
  return (line, number) => {
    if (line.length === 0) return
    const record = recordOf(line, number)
    const key = bytesOf(record['key'], number)
    const value = bytesOf(record['value'], number)
    const own = Array.isArray(record['headers']) ? (record['headers'] as [string, string | null][]) : []
    const headers = [
      ...own.map(([name, text]) => ({ key: String(name), value: text === null ? null : Buffer.from(text) })),
      ...always,
    ]
    const { timestamp } = record
    topic.append(
      typeof timestamp === 'number' ? timestamp : nowMs(),
      key ?? NOTHING,
      key === undefined ? -1 : 0,
      key?.length ?? -1,
      value ?? NOTHING,
      value === undefined ? -1 : 0,
      value?.length ?? -1,
      headers,
      partition,
    )
  }
}

function recordOf(line: Buffer, number: number): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(line.toString())
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Record<string, unknown>
  } catch (cause) {
    throw new MillraceError('KAFKA_INPUT', 'external', `line ${number} is no JSON: ${(cause as Error).message}`, { cause })
  }
  throw new MillraceError('KAFKA_INPUT', 'external', `line ${number} is no JSON object: ${shown(line)}`)
}

function bytesOf(value: unknown, number: number): Buffer | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return Buffer.from(value)
  throw new MillraceError(
    'KAFKA_INPUT',
    'external',
    `line ${number}: key and value are strings or null, not ${JSON.stringify(value)}`,
  )
}

const shown = (line: Buffer): string => line.subarray(0, 60).toString() + (line.length > 60 ? '…' : '')

/** Lines without their ends; a last one without an end is a line, too. */
async function* lines(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  const stop = (): void => void (stream as NodeJS.ReadStream).destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.concat([rest, chunk as Buffer])
      let start = 0
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
        yield bytes.subarray(start, at > start && bytes[at - 1] === CR ? at - 1 : at)
        start = at + 1
      }
      rest = bytes.subarray(start)
    }
    if (rest.length > 0) yield rest
  } catch (error) {
    // What was asked to end ends with what it has.
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
