/**
 * The connector `kafka` by address, against our broker and against a real Kafka: npm run kafka-connector -- [--only TEXT]
 *
 * Every case runs against both and has to hold on both. The program that starts the real one is MILLRACE_KAFKA, or
 * ../shared/real/kafka beside the project; without it, or without Java, that half is left out and said so.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BrokerServer } from '#src/server/broker-server.ts'
import { KafkaAt, cases } from './cases.ts'

const PORT = 29_206

const { values: flags } = parseArgs({ options: { only: { type: 'string' } } })
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const program = process.env['MILLRACE_KAFKA'] ?? join(root, '../shared/real/kafka')

interface Target {
  readonly name: string
  readonly bootstrap: string
  stop(): Promise<void> | void
}

async function ours(): Promise<Target> {
  const broker = await BrokerServer.start()
  return { name: 'Millrace', bootstrap: broker.bootstrap, stop: () => broker.stop() }
}

/** Undefined after saying why not. */
function real(): Target | undefined {
  if (!existsSync(program)) {
    console.log(`left out: a real Kafka; there is no ${program}`)
    return undefined
  }
  if (spawnSync('java', ['-version']).status !== 0) {
    console.log('left out: a real Kafka; there is no Java')
    return undefined
  }
  // `up` leaves the broker behind with what it inherited: nothing of ours.
  execFileSync(program, ['up', `${PORT}`], { stdio: 'ignore' })
  return {
    name: 'Kafka',
    bootstrap: `127.0.0.1:${PORT}`,
    stop: () => void execFileSync(program, ['down', `${PORT}`], { stdio: 'ignore' }),
  }
}

async function runAll(target: Target): Promise<number> {
  let failed = 0
  const kafka = new KafkaAt(target.bootstrap, `suite-${process.pid}`)
  try {
    await kafka.client.retry(() => kafka.client.refresh([]))
    const [broker] = kafka.client.metadata.brokers.keys()
    const connection = await kafka.client.linkTo(broker!).connect()
    for (const { name, needs, run } of cases.filter(c => c.name.includes(flags.only ?? ''))) {
      if (needs !== undefined && connection.versionOf(needs) === undefined) {
        console.log(`${target.name}: left out: ${name}; the broker has no ${needs}`)
        continue
      }
      const startedMs = performance.now()
      try {
        await run(kafka)
        console.log(`${target.name}: ok: ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`)
      } catch (error) {
        failed++
        console.log(`${target.name}: FAILED: ${name}\n${(error as Error).stack}`)
      }
    }
  } finally {
    kafka.close()
    await target.stop()
  }
  return failed
}

let failed = await runAll(await ours())
const other = real()
if (other !== undefined) failed += await runAll(other)
process.exitCode = failed === 0 ? 0 : 1
