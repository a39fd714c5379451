/**
 * No acknowledgement before the sync that covers it: npm run durability [-- MORE ARGUMENTS OF THE BROKER]
 * (with --durability none it must find them all told too early)
 *
 * SIGKILL leaves the page cache, so killing a broker says nothing of its syncs. Here a broker runs under strace while clients
 * produce into partitions of their own, few at a time and many, and create topics; at each answer of the trace, what it
 * acknowledges must be safe: bytes and names of the partition's files, or of the batch journal's, or of the journal's.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestClient } from '#src/testing/broker.ts'
import { socketClient } from '../socket-client.ts'
import { TracedFiles } from './system-calls.ts'

const ROUNDS = 20
const FEW = 3
const MANY = 24
const millrace = fileURLToPath(new URL('../../../../dist/bin/millrace.js', import.meta.url))

/** What each connection is told of: its topic, or the journal. */
const subjects = new Map<number, string>()

if (spawnSync('strace', ['-V']).status !== 0) console.log('left out: there is no strace')
else await main()

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'durability-'))
  const data = join(directory, 'data')
  const trace = join(directory, 'trace')
  const calls = 'openat,mkdir,rename,renameat2,pwrite64,pwritev,write,writev,sendto,sendmsg,fdatasync,fsync,ftruncate'
  const broker = spawn(
    'strace',
    [
      '-f',
      '-yy',
      '-e',
      `trace=${calls}`,
      '-s',
      '8',
      '-o',
      trace,
      process.execPath,
      millrace,
      'broker',
      '--data',
      data,
      '--listen',
      '127.0.0.1:0',
      '--log-level',
      'warn',
      ...process.argv.slice(2),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own: the signal is for the broker, strace ends with it.
      detached: true,
    },
  )
  try {
    const port = await listening(broker.stdout)
    await work(port)
  } finally {
    process.kill(-broker.pid!, 'SIGTERM')
    await new Promise(resolve => broker.once('exit', resolve))
  }
  const { acknowledgements, syncs, problems } = await judge(trace, data)
  rmSync(directory, { recursive: true })
  for (const problem of problems.slice(0, 10)) console.log(problem)
  console.log(`durability: ${acknowledgements} acknowledgements, ${syncs} syncs, ${problems.length} told too early`)
  // Fewer means that the trace was not understood.
  if (problems.length > 0 || acknowledgements < ROUNDS * (FEW + MANY)) process.exitCode = 1
}

async function listening(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: output })) {
    const match = /^listening on [^:]+:(\d+)/.exec(line)
    if (match !== null) return Number(match[1])
  }
  throw new Error('the broker did not start')
}

async function work(port: number): Promise<void> {
  const admin = await client(port, 'journal')
  const clients = await Promise.all(Array.from({ length: MANY }, (_, i) => client(port, `t${i}-0`)))
  // Small segments, so that new files and directories are among what is acknowledged.
  for (let i = 0; i < MANY; i++) await admin.createTopic(`t${i}`, 1, { 'segment.bytes': '4096' })
  for (let round = 0; round < ROUNDS; round++) {
    for (const some of [clients.slice(0, FEW), clients]) await Promise.all(some.map((one, i) => produce(one, `t${i}`)))
  }
  for (const one of [...clients, admin]) one.close()
}

async function client(port: number, subject: string): Promise<TestClient> {
  const { client: one, localPort } = await socketClient(port, 'durability')
  subjects.set(localPort, subject)
  return one
}

async function produce(one: TestClient, topic: string): Promise<void> {
  const { errorCode } = await one.produce(topic, 0, [`${topic} ${'x'.repeat(700)}`])
  if (errorCode !== 0) throw new Error(`produce to ${topic}: error ${errorCode}`)
}

async function judge(trace: string, data: string) {
  const files = new TracedFiles(data)
  const problems: string[] = []
  let acknowledgements = 0
  let line = 0
  for await (const text of createInterface({ input: createReadStream(trace) })) {
    const told = files.take(text, ++line)
    const subject = told === undefined ? undefined : subjects.get(told.port)
    if (subject === undefined) continue
    acknowledgements++
    const unsafe = files.unsafe(subject)
    // A round over many partitions is durable by its batch journal, which is written behind the segments.
    const journalled = files.lastWrite('batches') > files.lastWrite(subject) && files.unsafe('batches').length === 0
    if (unsafe.length > 0 && (subject === 'journal' || !journalled))
      problems.push(`line ${line}: ${subject} was told while ${unsafe.join(', ')} could be lost`)
  }
  return { acknowledgements, syncs: files.syncs, problems }
}
