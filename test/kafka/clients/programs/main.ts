/**
 * Programs of Kafka's world against our broker: npm run kafka-programs -- [tools] [streams] [connect] [mirror] [flink] [franz-go] [--verbose]
 *
 * tools: Kafka's own tools, compared with what they answer on a real Kafka; streams: a Kafka Streams application that is killed;
 * connect: Kafka Connect, whose workers are killed; mirror: MirrorMaker between our broker and a real Kafka; flink: a real Flink's connectors; franz-go: that client's own tests. What this machine can't run is left out, and said. Needs Java 17 and Maven, and Go; `tools`, `mirror` and `flink` need
 * ../shared/real, or the programs that MILLRACE_KAFKA and MILLRACE_FLINK name.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Missing } from '../install.ts'
import { type RunningTarget, freePorts, startBroker } from '../target.ts'
import { goTests, javaPrograms } from '../toolchains.ts'
import { runConnect } from './connect.ts'
import { askFlink } from './flink.ts'
import { runFranzGo } from './franz-go.ts'
import { runMirror } from './mirror.ts'
import { withRealKafka } from './real-kafka.ts'
import { runStreams } from './streams.ts'
import { compareTools } from './tools.ts'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))
process.chdir(root)
const { values: flags, positionals } = parseArgs({
  options: { verbose: { type: 'boolean', default: false } },
  allowPositionals: true,
})

/** A program of the real peers, beside the project. */
function peer(name: string): string {
  const path = process.env[`MILLRACE_${name.toUpperCase()}`] ?? join(root, '../shared/real', name)
  if (!existsSync(path)) throw new Missing(`there is no ${path}`)
  return path
}

/** Each answers what failed, on a broker and its schema registry. */
const suites: Readonly<Record<string, (broker: RunningTarget, registry: string) => Promise<readonly string[]>>> = {
  tools: broker => {
    const java = javaPrograms()
    return withRealKafka(peer('kafka'), real => compareTools(java, broker.bootstrap, real, flags.verbose))
  },
  streams: broker => runStreams(javaPrograms(), broker),
  connect: broker => runConnect(javaPrograms(), broker),
  mirror: broker => {
    const java = javaPrograms()
    return withRealKafka(peer('kafka'), real => runMirror(java, broker.bootstrap, real))
  },
  flink: (broker, registry) => {
    javaPrograms()
    return askFlink(peer('flink'), { broker: broker.bootstrap, registry: `http://${registry}` }, flags.verbose)
  },
  'franz-go': broker => runFranzGo(goTests('go', 'github.com/twmb/franz-go/pkg/kgo'), broker),
}

const asked = positionals.length > 0 ? positionals : Object.keys(suites)
let failed = 0
for (const name of asked) {
  const suite = suites[name]
  if (suite === undefined) throw new Error(`there is no '${name}': ${Object.keys(suites).join(', ')}`)
  const startedMs = performance.now()
  const registry = `127.0.0.1:${(await freePorts(1))[0]}`
  const ours = await startBroker(join(root, 'dist/bin/millrace.js'), name === 'flink' ? ['--schema-registry', registry] : [])
  try {
    const failures = [...(await suite(ours, registry))]
    if (/"level":"error"/.test(ours.log())) failures.push(`the broker logged errors:\n${ours.log()}`)
    for (const failure of failures) console.log(`FAILED: ${failure}`)
    failed += failures.length
    console.log(
      `${name}: ${failures.length === 0 ? 'holds' : `${failures.length} failed`} (${((performance.now() - startedMs) / 1000).toFixed(0)} s)`,
    )
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    console.log(`left out: ${name}: ${error.message}`)
  } finally {
    await ours.stop()
  }
}
process.exitCode = failed === 0 ? 0 : 1
