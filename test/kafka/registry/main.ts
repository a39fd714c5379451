/**
 * The schema registry with a real Flink, whose format avro-confluent is Confluent's own client: npm run registry-clients
 *
 * Flink writes a topic of our broker and reads it back, before and after a restart of the broker; its schemas are found in the
 * registry. The program that asks Flink is MILLRACE_FLINK, or ../shared/real/flink beside the project.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BrokerServer } from '#src/server/broker-server.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const program = process.env['MILLRACE_FLINK'] ?? join(root, '../shared/real/flink')
/** The broker's data, and the script that Flink is asked. */
const directory = mkdtempSync(join(tmpdir(), 'millrace-registry-'))

const columns = 'id BIGINT, note STRING, price DECIMAL(10, 2), sold TIMESTAMP(3), tags ARRAY<STRING>'
const rows = [
  "(1, 'ann', CAST(5.00 AS DECIMAL(10, 2)), TIMESTAMP '2024-01-01 10:00:00', ARRAY['a', 'b'])",
  "(2, CAST(NULL AS STRING), CAST(7.50 AS DECIMAL(10, 2)), TIMESTAMP '2024-01-01 10:00:20', ARRAY['c'])",
]
const expected = ['+I [1, ann, 5.00, 2024-01-01T10:00, [a, b]]', '+I [2, null, 7.50, 2024-01-01T10:00:20, [c]]']

async function main(): Promise<void> {
  if (!existsSync(program)) return console.log(`left out: there is no ${program}`)
  if (spawnSync('java', ['-version']).status !== 0) return console.log('left out: there is no Java')
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
