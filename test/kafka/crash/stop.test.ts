/** SIGTERM with clients at work: what was acknowledged stays, and the next start has nothing to look for. Also as process 1, where signals do nothing by themselves. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '#src/base/random.ts'
import { subscription } from '#src/testing/group-script.ts'
import { SimulatedProducer } from '../../simulation/producer.ts'
import { socketClient } from '../socket-client.ts'
import { endsOf, readRecords } from './readers.ts'

const millrace = fileURLToPath(new URL('../../../dist/bin/millrace.js', import.meta.url))
/** The broker is the first process of a namespace of its own. */
const ALONE = ['unshare', '--pid', '--fork', '--kill-child']
const mayBeAlone = spawnSync(ALONE[0]!, [...ALONE.slice(1), 'true']).status === 0

const TOPIC = 'orders'
const running = new Set<ChildProcess>()
const directory = mkdtempSync(join(tmpdir(), 'stop-'))
afterEach(() => {
  for (const one of running) one.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

interface Started {
  readonly port: number
  /** Asks it to stop; answers its exit code. */
  stop(): Promise<number | null>
  /** Events it has told of so far. */
  events(): readonly { readonly event: string; readonly cleanStart?: boolean; readonly level: string }[]
}

function spawnBroker(data: string, under: readonly string[]) {
  const [command, ...args] = [...under, process.execPath, millrace, 'broker', '--data', data, '--listen', '127.0.0.1:0']
  const started = spawn(command!, [...args, '--log-format', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(started)
  const exit = once(started, 'exit').then(([code]) => code as number | null)
  void exit.then(() => running.delete(started))
  const stop = () => {
    process.kill(under.length === 0 ? started.pid! : childOf(started.pid!), 'SIGTERM')
    return exit
  }
  return { started, stop }
}

async function start(data: string, under: readonly string[]): Promise<Started> {
  const { started, stop } = spawnBroker(data, under)
  let told = ''
  started.stderr.setEncoding('utf8').on('data', text => (told += text))
  const events = () =>
    told
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line))
  for await (const line of createInterface({ input: started.stdout })) {
    const match = /^listening on [^:]+:(\d+)/.exec(line)
    if (match === null) continue
    return { port: Number(match[1]), stop, events }
  }
  throw new Error(`the broker did not start: ${told}`)
}

const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())

test.each([
  ['a process', []],
  ['process 1', ALONE],
] as const)('%s that is asked to stop stops cleanly, with clients at work', async (name, under) => {
  if (under === ALONE && !mayBeAlone) return console.log('left out: this machine gives no process a namespace of its own')
  const data = join(directory, name.replace(' ', '-'))
  const first = await start(data, under)
  const { client: admin } = await socketClient(first.port, 'admin')
  expect(await admin.createTopic(TOPIC, 12)).toBe(0)
  expect(await admin.createTopic('quiet')).toBe(0)
  const producer = new SimulatedProducer(0, seededRandom(1))
  const { client } = await socketClient(first.port, 'producer')
  await producer.connect(client)
  // Some wait for what does not come.
  const waiting = [
    (await socketClient(first.port, 'reader')).client.fetch('quiet', 0, 0, { maxWaitMs: 60_000 }),
    (await socketClient(first.port, 'member')).client.ask('JoinGroup', 3, {
      groupId: 'g',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription(TOPIC) }],
    }),
  ]
  for (const one of waiting) one.catch(() => {})
  for (let i = 0; producer.acknowledged < 200; i++) {
    producer.send(client, TOPIC, i % 12)
    if (i % 24 === 0) await new Promise(resolve => setTimeout(resolve, 1))
  }
  for (let i = 0; i < 48; i++) producer.send(client, TOPIC, i % 12)
  expect(producer.pending).toBeGreaterThan(0)
  expect(await first.stop()).toBe(0)
  expect(first.events().filter(({ level }) => level === 'error')).toEqual([])
  expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true)

  const second = await start(data, under)
  const { client: again } = await socketClient(second.port, 'reader')
  const check = async () => {
    for (let partition = 0; partition < 12; partition++) {
      const records = await readRecords(again, TOPIC, partition, await endsOf(again, TOPIC, partition))
      producer.check(
        TOPIC,
        partition,
        records.map(({ value }) => value!),
        false,
      )
    }
  }
  await check()
  expect(second.events().filter(({ event }) => event === 'recovered')).toEqual([])
  expect(second.events().find(({ event }) => event === 'started')).toMatchObject({ cleanStart: true })
  await producer.finish((await socketClient(second.port, 'producer')).client)
  await check()
  expect(producer.acknowledged).toBe(producer.written)
  expect(await second.stop()).toBe(0)
})

test.each([
  ['a process', []],
  ['process 1', ALONE],
] as const)('%s that is asked while it starts stops, too', async (name, under) => {
  if (under === ALONE && !mayBeAlone) return console.log('left out: this machine gives no process a namespace of its own')
  const data = join(directory, name.replace(' ', '-early-'))
  const { stop } = spawnBroker(data, under)
  while (!existsSync(join(data, 'meta.properties'))) await new Promise(resolve => setTimeout(resolve, 1))
  expect(await stop()).toBe(0)
  expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true)
})
