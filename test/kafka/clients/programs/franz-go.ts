/**
 * franz-go's own tests of its client, from its module, against our broker; then its chains of groups and of transactions once more, over
 * connections that die within a second or so.
 */
import { spawn } from 'node:child_process'
import type { Target } from '../target.ts'

const limitMs = 240_000

interface GoTests {
  readonly binary: string
  readonly home: string
}

/** Records go from topic to topic, each once, while members come and go. */
const chains = ['TestGroupETL', 'TestTxnEtl']

/** What is not run, and why. Share groups are skipped by the tests themselves. */
const left: Readonly<Record<string, string>> = {
  TestConsumeRegex: 'looks for the topic __consumer_offsets',
  Test848RegexBrokerResolves: 'looks for the topic __consumer_offsets',
}

const oneOf = (names: readonly string[]): string => names.map(name => `^${name}$`).join('|')

/** Answers the tests that failed, each with what it said. */
export async function runFranzGo(tests: GoTests, { bootstrap, security }: Target): Promise<readonly string[]> {
  const common = { KGO_SEEDS: bootstrap, KGO_TEST_RF: '1', KGO_TEST_RECORDS: '20000', KGO_TEST_MAX_TOPIC_PARTS: '6' }
  const scram: Readonly<Record<string, string>> =
    security === undefined
      ? {}
      : {
          KGO_TEST_SCRAM: `${security.username}:${security.password}`,
          KGO_TEST_SCRAM_SEEDS: security.listeners.SASL_PLAINTEXT!,
        }
  const all = await run(tests, ['-test.skip', oneOf(Object.keys(left))], { ...common, ...scram })
  if (all.failed.length > 0) return all.failed
  const dying = await run(tests, ['-test.run', oneOf(chains)], { ...common, KGO_TEST_CHAOS: '1' })
  if (dying.failed.length > 0) return dying.failed
  console.log(`franz-go: ${all.passed} of its own tests pass, and ${dying.passed} over connections that die`)
  return []
}

interface Outcome {
  readonly passed: number
  readonly failed: readonly string[]
}

async function run({ binary, home }: GoTests, which: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const args = ['-test.v', ...which, '-test.timeout', `${limitMs / 1000 - 10}s`]
  const child = spawn(binary, args, { cwd: home, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (out += text))
  const code = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('close', ended => {
      clearTimeout(timer)
      resolve(ended)
    })
  })
  const passed = [...out.matchAll(/^--- PASS: (\w+)/gm)].map(([, name]) => name!)
  const failed = [...out.matchAll(/^--- FAIL: (\w+)/gm)].map(([, name]) => `franz-go: ${name!}\n${linesOf(out, name!)}`)
  for (const chain of chains)
    if (!passed.includes(chain)) return { passed: 0, failed: [`${chain} did not pass\n${out.slice(-5000)}`] }
  if (code !== 0 && failed.length === 0) failed.push(`franz-go's tests ended with ${code}\n${out.slice(-5000)}`)
  return { passed: passed.length, failed }
}

/** What the test and its parts said, in the output of many at once. */
function linesOf(out: string, test: string): string {
  let mine = false
  return out
    .split('\n')
    .filter(line => {
      const name = /^=== (?:NAME|RUN|CONT|PAUSE) +(\w+)/.exec(line)?.[1]
      if (name !== undefined) mine = name === test
      return mine && name === undefined
    })
    .slice(-30)
    .join('\n')
}
