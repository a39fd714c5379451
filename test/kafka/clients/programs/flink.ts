/** A real Flink's `kafka` and `upsert-kafka` connectors, and its avro-confluent format, against our broker and its registry. */
import { spawn } from 'node:child_process'
import { keepingTimers, systemClock } from '#src/base/clock.ts'
import { systemRandom } from '#src/base/random.ts'
import { createTopic } from '#src/kafka/client/admin/topics.ts'
import { KafkaClient, commitOffsets, committedOffsets } from '#src/kafka/client/index.ts'
import { type FlinkStatement, before, flinkGroups, flinkScript } from './flink-script.ts'

const limitMs = 300_000

/** Answers what did not come out. */
export async function askFlink(
  program: string,
  addresses: { readonly broker: string; readonly registry: string },
  verbose: boolean,
): Promise<readonly string[]> {
  const properties = { 'bootstrap.servers': addresses.broker }
  const client = new KafkaClient({ properties, clock: systemClock, timers: keepingTimers, random: systemRandom })
  try {
    await prepare(client)
    const failures = await runScript(program, addresses, verbose)
    return [...failures, ...(await unseenCommits(client))]
  } finally {
    client.close()
  }
}

async function prepare(client: KafkaClient): Promise<void> {
  const { topic, groups, offset } = before
  await createTopic(client, { name: topic, partitions: 1 })
  for (const group of groups) await commitOffsets(client, group, [{ topic, partition: 0, offset }])
}

/** Flink commits its groups' offsets at checkpoints. A job may end before its first; not all of a dozen do. */
async function unseenCommits(client: KafkaClient): Promise<readonly string[]> {
  const partition = { topic: before.topic, partition: 0 }
  const found = await Promise.all(flinkGroups.map(group => committedOffsets(client, group, [partition])))
  return found.some(offsets => offsets.size > 0) ? [] : [`Flink committed for none of ${flinkGroups.join(', ')}`]
}

async function runScript(
  program: string,
  addresses: { readonly broker: string; readonly registry: string },
  verbose: boolean,
): Promise<readonly string[]> {
  const script = flinkScript
    .map(({ sql }) => `${sql.replaceAll('BROKER', addresses.broker).replaceAll('REGISTRY', addresses.registry)};\n`)
    .join('')
  const out = await run(program, ['ask', '--keep-going', '--times', '-'], script)
  if (verbose) console.log(out)
  const answers = out.split(/^> /m).slice(1)
  if (answers.length !== flinkScript.length) return [`${answers.length} answers to ${flinkScript.length} statements\n${out}`]
  return flinkScript.flatMap((statement, at) => {
    const failure = judge(statement, answers[at]!)
    return failure === undefined ? [] : [`Flink: ${statement.sql.slice(0, 120)}\n${failure}`]
  })
}

function judge({ rows, keyed }: FlinkStatement, answer: string): string | undefined {
  if (rows === undefined) return /^OK/m.test(answer) ? undefined : answer
  const left = rowsOf(answer, keyed ?? false).toSorted()
  const expected = rows.toSorted()
  return left.join('\n') === expected.join('\n')
    ? undefined
    : `expected\n${expected.join('\n')}\nin place of\n${left.join('\n')}\n${answer.slice(-3000)}`
}

/** `+I [1, a]` adds a row; with a key, what is said last of it counts. */
function rowsOf(answer: string, keyed: boolean): string[] {
  const changes = [...answer.matchAll(/^([+-][IUD]) \[(.*)\]$/gm)].map(([, kind, row]) => ({ kind: kind!, row: row! }))
  if (!keyed) return changes.map(({ row }) => row)
  const left = new Map<string, string>()
  for (const { kind, row } of changes) {
    const key = row.split(', ')[0]!
    if (kind === '+I' || kind === '+U') left.set(key, row)
    else if (kind === '-D') left.delete(key)
  }
  return [...left.values()]
}

function run(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (out += text))
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      resolve(out)
    })
  })
}
