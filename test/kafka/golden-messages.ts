/**
 * Asks a real Kafka's codec about every message and version, both ways, and writes down its bytes: npm run golden-messages [-- --rounds N]
 *
 * For each sample value: what Kafka writes is what we write (but for records, which its JSON has no room for), what it reads from our
 * bytes is the value, and what it then writes are the same bytes. Any difference is printed, and nothing is written. With
 * --rounds as many random values of each message and version are compared, and nothing is written either. The program is
 * MILLRACE_KAFKA, or ../shared/real/kafka beside the project.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { type FieldShape, type StructShape, type TypeShape, shapeOf } from '#src/kafka/protocol/shape.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'
import { type Value, defaultOf } from '#src/testing/kafka-messages.ts'
import { type Golden, goldenName, goldens, goldensOf, printGolden } from './golden.ts'

interface Answer {
  readonly hex?: string
  readonly json?: unknown
  readonly left?: number
  readonly error?: string
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const program = process.env['MILLRACE_KAFKA'] ?? join(root, '../shared/real/kafka')
const codec = join(root, 'test/kafka/KafkaCodec.java')

function askKafka(questions: readonly string[]): readonly Answer[] {
  const { stdout, stderr, status } = spawnSync(program, ['com.sun.tools.javac.launcher.Main', codec], {
    input: questions.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
  const answers = stdout.split('\n').filter(line => line !== '')
  if (answers.length !== questions.length) throw new Error(`${questions.length} questions, ${answers.length} answers`)
  return answers.map(line => JSON.parse(line))
}

// ── values as Kafka's JSON ──────────────────────────────────────────────────────────────────────────

/** Fields that the version has; bytes as base64, records not at all. */
const toJson = (struct: StructShape, value: Value): Value =>
  Object.fromEntries(
    struct.fields.filter(f => f.present && f.type.kind !== 'records').map(f => [f.name, valueToJson(f.type, value[f.name])]),
  )

function valueToJson(type: TypeShape, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'struct') return toJson(type.struct, value as Value)
  if (type.kind === 'array') return (value as readonly unknown[]).map(item => valueToJson(type.element, item))
  if (type.kind === 'float64') return `float ${value}`
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

/** Kafka leaves out tagged fields with their defaults. */
const completed = (struct: StructShape, json: Value): Value =>
  Object.fromEntries(
    struct.fields
      .filter(f => f.present && f.type.kind !== 'records')
      .map(f => [f.name, f.name in json ? completedValue(f.type, json[f.name]) : valueToJson(f.type, missing(f))]),
  )

const missing = (field: FieldShape): unknown => (field.tag === undefined ? 'missing' : defaultOf(field))

function completedValue(type: TypeShape, json: unknown): unknown {
  if (json === null) return null
  if (type.kind === 'struct') return completed(type.struct, json as Value)
  if (type.kind === 'float64') return `float ${json as number}`
  return type.kind === 'array' ? (json as readonly unknown[]).map(item => completedValue(type.element, item)) : json
}

/** The ends of an int64 have more digits than a double; Kafka takes no float without a point. */
const stringify = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/"float (-?\d+)"/g, '$1.0')
    .replaceAll(/"float (-?[\d.]+)"/g, '$1')
    .replaceAll('-9223372036854776000', '-9223372036854775808')
    .replaceAll('9223372036854776000', '9223372036854775807')

const hasRecords = (type: TypeShape): boolean =>
  type.kind === 'struct'
    ? type.struct.fields.some(f => hasRecords(f.type))
    : type.kind === 'array'
      ? hasRecords(type.element)
      : type.kind === 'records'

// ── the comparison ──────────────────────────────────────────────────────────────────────────────────

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '0' } } })
const rounds = Number(flags.rounds)
const all = rounds === 0 ? goldens() : Array.from({ length: rounds }, (_, round) => goldensOf('mixed', round + 1)).flat()
const writer = new Writer()
const ours = all.map(({ message, version, value }) => {
  codecOf(message, version).encode(value, writer)
  return writer.take()
})
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const about = ({ message, version }: Golden) => ({ message: message.name, version })
const structOf = ({ message, version }: Golden) => shapeOf(message, version)

const answers = askKafka([
  ...all.map(golden => stringify({ ...about(golden), json: toJson(structOf(golden), golden.value) })),
  ...all.map((golden, i) => stringify({ ...about(golden), hex: hexOf(ours[i]!) })),
])
const written = answers.slice(0, all.length)
const read = answers.slice(all.length)

const differences: string[] = []
all.forEach((golden, i) => {
  const struct = structOf(golden)
  const expect = (what: string, kafka: string | undefined, we: string): void => {
    if (kafka !== we) differences.push(`${goldenName(golden)}: ${what}\n  Kafka ${kafka}\n  we    ${we}`)
  }
  const { json, hex, left, error } = read[i]!
  const reason = error ?? written[i]!.error
  if (reason !== undefined && !(hasRecords({ kind: 'struct', struct }) && error === undefined)) expect('error', reason, '')
  if (error !== undefined) return
  if (!hasRecords({ kind: 'struct', struct })) expect('written', written[i]!.hex, hexOf(ours[i]!))
  expect('read', stringify(completed(struct, json as Value)), stringify(toJson(struct, golden.value)))
  expect('read and written', hex, hexOf(ours[i]!))
  expect('left behind', String(left), '0')
})

if (differences.length > 0) {
  console.error(differences.join('\n'))
  console.error(`${differences.length} differences in ${all.length} samples`)
  process.exitCode = 1
} else if (rounds > 0) {
  console.log(`${all.length} random values agree both ways`)
} else {
  const file = join(root, 'test/kafka/golden-messages.txt')
  writeFileSync(file, all.map((golden, i) => printGolden(golden, Buffer.from(read[i]!.hex!, 'hex'))).join(''))
  console.log(`${all.length} samples agree both ways: ${file}`)
}
