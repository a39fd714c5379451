/**
 * The schema registry with a real Flink, whose format avro-confluent is Confluent's own client: npm run registry-clients
 *
 * Flink writes a topic of our broker and reads it back, before and after a restart of the broker; its schemas are found in the
 * registry. And two registries share a topic of a real Kafka. The programs that bring these are MILLRACE_FLINK and
 * MILLRACE_KAFKA, or ../shared/real/flink and kafka beside the project.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { keepingTimers, systemClock } from '#src/base/clock.ts'
import { systemRandom } from '#src/base/random.ts'
import { BrokerServer } from '#src/server/broker-server.ts'
import { SchemaRegistryServer } from '#src/server/schema-registry.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const program = process.env['MILLRACE_FLINK'] ?? join(root, '../shared/real/flink')
const kafka = process.env['MILLRACE_KAFKA'] ?? join(root, '../shared/real/kafka')
const KAFKA_PORT = '29217'
/** The broker's data, and the script that Flink is asked. */
const directory = mkdtempSync(join(tmpdir(), 'millrace-registry-'))

const columns = 'id BIGINT, note STRING, price DECIMAL(10, 2), sold TIMESTAMP(3), tags ARRAY<STRING>'
const rows = [
  "(1, 'ann', CAST(5.00 AS DECIMAL(10, 2)), TIMESTAMP '2024-01-01 10:00:00', ARRAY['a', 'b'])",
  "(2, CAST(NULL AS STRING), CAST(7.50 AS DECIMAL(10, 2)), TIMESTAMP '2024-01-01 10:00:20', ARRAY['c'])",
]
const expected = ['+I [1, ann, 5.00, 2024-01-01T10:00, [a, b]]', '+I [2, null, 7.50, 2024-01-01T10:00:20, [c]]']

async function main(): Promise<void> {
  if (spawnSync('java', ['-version']).status !== 0) return console.log('left out: there is no Java')
  await (existsSync(kafka) ? overKafka() : console.log(`left out: there is no ${kafka}`))
  await (existsSync(program) ? withFlink() : console.log(`left out: there is no ${program}`))
}

/** Two that begin at once, and are asked in turns. */
async function overKafka(): Promise<void> {
  execFileSync(kafka, ['up', KAFKA_PORT], { stdio: 'ignore' })
  const open: SchemaRegistryServer[] = []
  try {
    const registries = await Promise.all([registryOverKafka(), registryOverKafka()])
    open.push(...registries)
    const ids: number[] = []
    for (let i = 0; i < 10; i++)
      ids.push(await registered(registries[i % 2]!, `s${i}`, `{"type":"fixed","name":"f","size":${(i % 5) + 1}}`))
    check('two registries on a topic of Kafka', ids, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
    const later = await registryOverKafka()
    open.push(later)
    check('a third one knows them all', later.registry.store.subjects.length, 10)
  } finally {
    for (const registry of open) await registry.close()
    execFileSync(kafka, ['down', KAFKA_PORT], { stdio: 'ignore' })
  }
}

const registryOverKafka = (): Promise<SchemaRegistryServer> =>
  SchemaRegistryServer.start({
    host: '127.0.0.1',
    port: 0,
    properties: { 'bootstrap.servers': `127.0.0.1:${KAFKA_PORT}` },
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
    log: (level, event, fields) => level !== 'info' && console.log(level, event, fields),
  })

async function registered({ port }: SchemaRegistryServer, subject: string, schema: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema }),
  })
  return ((await answer.json()) as { id: number }).id
}

async function withFlink(): Promise<void> {
  await during(async broker => {
    const statements = [`INSERT INTO orders VALUES ${rows.join(', ')}`, 'SELECT * FROM orders']
    check('written and read', await changesOf(broker, statements), expected)
  })
  await during(async broker => {
    check('read after a restart', await changesOf(broker, ['SELECT * FROM orders']), expected)
    const subjects = await (await fetch(`${urlOf(broker)}/subjects`)).json()
    check('subjects', subjects, ['orders-value'])
    const answer = await fetch(`${urlOf(broker)}/subjects/orders-value/versions/latest`)
    const { id, version, schema } = (await answer.json()) as { id: number; version: number; schema: string }
    const names = (JSON.parse(schema) as { fields: { name: string }[] }).fields.map(({ name }) => name)
    check('the schema', [id, version, ...names], [1, 1, 'id', 'note', 'price', 'sold', 'tags'])
  })
}

async function during(work: (broker: BrokerServer) => Promise<void>): Promise<void> {
  const schemaRegistry = { host: '127.0.0.1', port: 0 }
  const broker = await BrokerServer.start({ data: join(directory, 'data'), listen: ['127.0.0.1:0'], schemaRegistry })
  try {
    await work(broker)
  } finally {
    await broker.stop()
  }
}

const urlOf = (broker: BrokerServer): string => `http://127.0.0.1:${broker.schemaRegistryPort}`

async function changesOf(broker: BrokerServer, statements: readonly string[]): Promise<readonly string[]> {
  const options = {
    'connector': 'kafka',
    'topic': 'orders',
    'properties.bootstrap.servers': broker.bootstrap,
    'scan.startup.mode': 'earliest-offset',
    'scan.bounded.mode': 'latest-offset',
    'value.format': 'avro-confluent',
    'value.avro-confluent.url': urlOf(broker),
  }
  const given = Object.entries(options).map(([name, value]) => `'${name}' = '${value}'`)
  const script = join(directory, 'script.sql')
  writeFileSync(script, `${[`CREATE TABLE orders (${columns}) WITH (${given.join(', ')})`, ...statements].join(';\n')};\n`)
  // The broker answers meanwhile.
  const { stdout } = await promisify(execFile)(program, ['ask', script])
  return stdout.split('\n').filter(line => line.startsWith('+I'))
}

function check(what: string, found: unknown, wanted: unknown): void {
  const same = JSON.stringify(found) === JSON.stringify(wanted)
  console.log(same ? `ok: ${what}` : `FAILED: ${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  if (!same) process.exitCode = 1
}

try {
  await main()
} finally {
  rmSync(directory, { recursive: true })
}
