/** The two brokers that are measured side by side: ours, and a real Kafka where it is at hand. Both on this machine, both fresh. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const realTools: string = process.env['KAFKA'] ?? fileURLToPath(new URL('../../../../shared/real/kafka', import.meta.url))
export const load: string =
  process.env['KAFKA_LOAD'] ?? join(process.env['REAL_PEERS'] ?? join(homedir(), '.cache/real-peers'), 'kafka-load')
export const millrace: string = fileURLToPath(new URL('../../../dist/bin/millrace.js', import.meta.url))

/** Why nothing can be measured, if so. */
export function missing(): string | undefined {
  for (const needed of [realTools, load]) if (!existsSync(needed)) return needed
  return undefined
}

export interface Peer {
  /** Where it serves its metrics. */
  readonly http?: string
  readonly name: 'millrace' | 'kafka'
  readonly address: string
  readonly pid: number
  /** From the start of the process to its first listening line. */
  readonly startMs: number
  stop(): Promise<void>
}

export interface MillraceOptions {
  readonly data?: string
  readonly args?: readonly string[]
}

/** Our broker with an fsync before every acknowledgement, started by node directly. */
export async function startMillrace({ data, args = [] }: MillraceOptions = {}): Promise<Peer & { readonly data: string }> {
  const directory = data ?? mkdtempSync(join(tmpdir(), 'bench-broker-'))
  const http = `127.0.0.1:${HTTP_PORT}`
  const before = performance.now()
  const child: ChildProcess = spawn(
    process.execPath,
    [millrace, 'broker', '--data', directory, '--listen', '127.0.0.1:0', '--http', http, '--log-level', 'warn', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout! })) {
    const match = /^listening on ([^ ]+)/.exec(line)
    if (match === null) continue
    return {
      name: 'millrace',
      address: match[1]!,
      pid: child.pid!,
      startMs: performance.now() - before,
      data: directory,
      http,
      async stop() {
        child.kill('SIGTERM')
        await new Promise(resolve =>
          child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(null),
        )
        if (data === undefined) rmSync(directory, { recursive: true, force: true })
      },
    }
  }
  throw new Error('the broker did not start')
}

const KAFKA_PORT = 19392
/** Kafka takes the one behind its own, too. */
const HTTP_PORT = 19391

/** Kafka with its defaults: no fsync before an acknowledgement. */
export function startKafka(): Peer {
  const before = performance.now()
  const answer = execFileSync(realTools, ['up', String(KAFKA_PORT)], { encoding: 'utf8' })
  const [, address, pid] = /^(\S+) pid (\d+)/m.exec(answer)!
  return {
    name: 'kafka',
    address: address!,
    pid: Number(pid),
    startMs: performance.now() - before,
    async stop() {
      execFileSync(realTools, ['down', String(KAFKA_PORT)])
    },
  }
}

export function createTopic(peer: Peer, name: string, partitions: number): void {
  execFileSync(
    realTools,
    ['topics', '--bootstrap-server', peer.address, '--create', '--topic', name, '--partitions', String(partitions)],
    { stdio: 'ignore' },
  )
}
