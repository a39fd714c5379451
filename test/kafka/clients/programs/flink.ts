/** A real Flink's `kafka` and `upsert-kafka` connectors, and its avro-confluent format, against our broker and its registry. */
import { spawn } from 'node:child_process'
import { type FlinkStatement, flinkScript } from './flink-script.ts'

const limitMs = 300_000

/** Answers what did not come out. */
export async function askFlink(
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
