/**
 * Kafka Connect on the broker: two workers, a file read exactly once into a topic, the topic written to another file. While lines come,
 * the broker is killed, and then a worker; the other takes over.
 *
 *     source.txt ──(a transaction for each offset commit)──▶ topic connect-lines ──▶ sink.txt
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningTarget, freePorts } from '../target.ts'
import type { JavaPrograms } from '../toolchains.ts'
import { Service, eventually } from './service.ts'
import { clientOf, valuesOf } from './topic-contents.ts'

const TOPIC = 'connect-lines'
const PART = 5_000
const limitMs = 90_000
const strings = 'org.apache.kafka.connect.storage.StringConverter'

function workerProperties(bootstrap: string, port: number): string {
  const converter = (of: string) => [`${of}.converter=${strings}`]
  const stored = ['config', 'offset', 'status'].flatMap(what => [
    `${what}.storage.topic=connect-${what}`,
    `${what}.storage.replication.factor=1`,
  ])
  return [
    `bootstrap.servers=${bootstrap}`,
    `listeners=HTTP://127.0.0.1:${port}`,
    'group.id=connect-workers',
    'exactly.once.source.support=enabled',
    'offset.flush.interval.ms=500',
    'session.timeout.ms=6000',
    'heartbeat.interval.ms=1000',
    'scheduled.rebalance.max.delay.ms=1000',
    ...converter('key'),
    ...converter('value'),
    ...stored,
  ].join('\n')
}

const connectors = (folder: string): Readonly<Record<string, object>> => ({
  lines: {
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    'file': join(folder, 'source.txt'),
    'topic': TOPIC,
    'exactly.once.support': 'required',
  },
  copy: {
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
    'file': join(folder, 'sink.txt'),
    'topics': TOPIC,
    'consumer.override.isolation.level': 'read_committed',
    'consumer.override.auto.offset.reset': 'earliest',
  },
})

/** Answers what did not come out. */
export async function runConnect(java: JavaPrograms, broker: RunningTarget): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-'))
  const client = clientOf(broker.bootstrap)
  const ports = await freePorts(2)
  const workers = ports.map(port => {
    const config = join(folder, `worker-${port}.properties`)
    writeFileSync(config, workerProperties(broker.bootstrap, port))
    return new Service(java.command('org.apache.kafka.connect.cli.ConnectDistributed', config))
  })
  try {
    const expected: string[] = []
    const more = (): void => {
      const lines = Array.from({ length: PART }, (_, at) => `${expected.length + at}`)
      expected.push(...lines)
      appendFileSync(join(folder, 'source.txt'), lines.map(line => `${line}\n`).join(''))
    }
    const arrived = (when: string) =>
      eventually(`${expected.length} lines ${when}`, limitMs, async () => {
        const lines = new Set(readFileSync(join(folder, 'sink.txt'), 'utf8').split('\n').filter(Boolean))
        return expected.every(line => lines.has(line)) || undefined
      })
    more()
    for (const [name, config] of Object.entries(connectors(folder))) await create(ports, name, config)
    await arrived('at first')
    more()
    await broker.crash()
    await arrived('after the broker was killed')
    await workers[0]!.end('SIGKILL')
    more()
    await arrived('after a worker was killed')
    const values = await valuesOf(client, TOPIC)
    const wrong = values.findIndex((value, at) => value !== expected[at])
    if (values.length === expected.length && wrong < 0) return []
    return [`${TOPIC} has ${values.length} lines in place of ${expected.length}; the first wrong one is number ${wrong}`]
  } catch (error) {
    return [`Connect: ${(error as Error).message}\n${workers.map(worker => worker.said.slice(-3000)).join('\n')}`]
  } finally {
    client.close()
    await Promise.all(workers.map(worker => worker.end('SIGKILL')))
    rmSync(folder, { recursive: true })
  }
}

/** Until there are workers, and one of them leads, they refuse. */
async function create(ports: readonly number[], name: string, config: object): Promise<void> {
  await eventually(`the connector ${name}`, limitMs, async () => {
    const response = await fetch(`http://127.0.0.1:${ports[1]}/connectors/${name}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(config),
      signal: AbortSignal.timeout(20_000),
    })
    if (!response.ok) throw new Error(await response.text())
    return true
  })
}
