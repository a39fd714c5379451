/** franz-go's own tests of its client, from its module, against our broker: chains of groups and of transactions among them. */
import { spawn } from 'node:child_process'

const limitMs = 240_000

/** What is not run, and why. Share groups are skipped by the tests themselves. */
const left: Readonly<Record<string, string>> = {
  TestConsumeRegex: 'looks for the topic __consumer_offsets',
  Test848RegexBrokerResolves: 'looks for the topic __consumer_offsets',
}

/** Answers the tests that failed, each with what it said. */
export async function runFranzGo(
  { binary, home }: { readonly binary: string; readonly home: string },
  bootstrap: string,
): Promise<readonly string[]> {
  const skip = Object.keys(left)
    .map(name => `^${name}$`)
    .join('|')
  const args = ['-test.v', '-test.skip', skip, '-test.timeout', `${limitMs / 1000 - 10}s`]
  const env = { ...process.env, KGO_SEEDS: bootstrap, KGO_TEST_RF: '1', KGO_TEST_RECORDS: '20000', KGO_TEST_MAX_TOPIC_PARTS: '6' }
  const child = spawn(binary, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
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
  for (const chain of ['TestGroupETL', 'TestTxnEtl'])
    if (!passed.includes(chain)) return [`${chain} did not pass\n${out.slice(-5000)}`]
  const failed = [...out.matchAll(/^--- FAIL: (\w+)/gm)].map(([, name]) => `franz-go: ${name!}\n${linesOf(out, name!)}`)
  if (code !== 0 && failed.length === 0) return [`franz-go's tests ended with ${code}\n${out.slice(-5000)}`]
  console.log(`franz-go: ${passed.length} of its own tests pass`)
  return failed
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
