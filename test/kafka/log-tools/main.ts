/**
 * A directory of ours and of a real Kafka, each read by the other: npm run log-tools
 *
 *   1. What a Kafka left after `stop`, and after `kill`, is imported; clients read of our broker what they read of the Kafka.
 *   2. Kafka's own tool reads our segments and indexes, and a Kafka opens our partitions in place of its own.
 *
 * The program that starts the real one is MILLRACE_KAFKA, or ../shared/real/kafka beside the project; without it, or without
 * Java, this is left out and said so. `--fixture PATH` packs what the Kafka left into PATH.pack, and what clients read of it into PATH.json.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { importKafka } from '#src/kafka/tools/import/import.ts'
import { verify } from '#src/kafka/tools/verify.ts'
import { BrokerServer } from '#src/server/broker-server.ts'
import { RealPeer } from '../transactions/real-peer.ts'
import { type Contents, contentsOf, differences, properties } from './contents.ts'
import { pack } from './packed.ts'
import { type Populated, leaveOpen, populate, produce } from './populate.ts'

const PORT = '29214'
const { values: flags } = parseArgs({ options: { fixture: { type: 'string' } } })
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const program = process.env['MILLRACE_KAFKA'] ?? join(root, '../shared/real/kafka')

const kafka = (...args: string[]): string =>
  execFileSync(program, args, {
    encoding: 'utf8',
    stdio: args[0] === 'data' || args[0] === 'dump-log' ? ['ignore', 'pipe', 'ignore'] : 'ignore',
    env: {
      ...process.env,
      KAFKA_PROPERTIES: `${Object.entries(properties)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n')}
offsets.topic.num.partitions=2
transaction.state.log.num.partitions=2
log.cleaner.enable=false
metadata.log.max.record.bytes.between.snapshots=3000
log.segment.delete.delay.ms=0`,
    },
  }) ?? ''

let failed = 0

function check(what: string, wrong: readonly string[]): void {
  if (wrong.length > 0) failed++
  console.log(wrong.length === 0 ? `ok: ${what}` : `FAILED: ${what}\n  ${wrong.join('\n  ')}`)
}

/** Every file of a directory with its bytes: nothing may change in it. */
function fingerprint(directory: string): string {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()
  return JSON.stringify(
    names.map(name => [name, /\.[a-z]+$|checkpoint/.test(name) ? readFileSync(join(directory, name)).toString('base64') : '']),
  )
}

async function withPeer<T>(address: string, act: (peer: RealPeer) => Promise<T>): Promise<T> {
  const peer = await RealPeer.connect(address)
  try {
    return await act(peer)
  } finally {
    peer.close()
  }
}

const ofKafka = <T>(act: (peer: RealPeer) => Promise<T>): Promise<T> => withPeer(`127.0.0.1:${PORT}`, act)

async function ofOurs<T>(data: string, act: (peer: RealPeer) => Promise<T>): Promise<T> {
  const broker = await BrokerServer.start({ data, listen: ['127.0.0.1:0'], properties })
  try {
    return await withPeer(broker.bootstrap, act)
  } finally {
    await broker.stop()
  }
}

const left = (directory: string, name: string): string => {
  rmSync(name, { recursive: true, force: true })
  cpSync(directory, name, { recursive: true })
  return name
}

async function imported(when: string, directory: string, to: string, expected: Contents): Promise<void> {
  const before = fingerprint(directory)
  const { plan } = await importKafka(directory, to, { links: true })
  check(`after ${when}: the original is as it was`, fingerprint(directory) === before ? [] : ['it is not'])
  check(
    `after ${when}: what is not taken`,
    plan.notes.filter(note => !note.includes('left behind')),
  )
  const result = await verify(to, { deep: true })
  check(
    `after ${when}: the directory is whole`,
    result.partitions.flatMap(({ problems }) => problems.map(({ what }) => what)),
  )
  check(`after ${when}: clients read the same`, differences(expected, await ofOurs(to, contentsOf)))
}

/** Retries of what was appended are known, sequences and epochs go on. */
async function goesOn(to: string, { producerId, producerEpoch, nextSequence }: Populated, before: Contents): Promise<void> {
  const wrong: string[] = []
  await ofOurs(to, async peer => {
    await produce(peer, 'orders', 0, ['goes on'], {
      producerId,
      producerEpoch,
      baseSequence: nextSequence,
      timestamp: 1_700_000_009_000,
    })
    const { end } = before['orders-0'] as { end: number }
    const after = (await contentsOf(peer))['orders-0'] as { end: number }
    if (after.end !== end + 1) wrong.push(`orders-0 ends at ${after.end}, not ${end + 1}`)
    const fresh = await peer.ask('InitProducerId', 4, { transactionalId: null, transactionTimeoutMs: 60_000 })
    if (fresh.producerId <= producerId) wrong.push(`a new producer got id ${fresh.producerId}; ${producerId} was given before`)
    const again = await peer.ask('InitProducerId', 4, { transactionalId: 't-commit', transactionTimeoutMs: 60_000 })
    if (again.errorCode !== 0 || again.producerEpoch === 0)
      wrong.push(`t-commit: code ${again.errorCode}, epoch ${again.producerEpoch}`)
  })
  check('producers and transactional ids go on', wrong)
}

/** Kafka's tool reads every file of ours, and looks for faults in them. */
function readByKafka(data: string): void {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(name =>
    /-\d+\/\d{20}\.(log|index|timeindex|txnindex|snapshot)$/.test(name),
  )
  const paths = files.map(name => join(data, name)).join(',')
  const text = kafka('dump-log', '--deep-iteration', '--files', paths)
  const records = text.split('\n').filter(line => line.startsWith('| offset:')).length
  check(
    `dump-log reads ${files.length} files of ours, ${records} records`,
    text.split('\n').filter(line => /mismatch|isvalid: false|corrupt|Non-consecutive|Could not/i.test(line)),
  )
}

async function openedByKafka(data: string, expected: Contents): Promise<void> {
  const directory = kafka('data', PORT).trim()
  for (const name of readdirSync(data).filter(each => /^(orders|events|payments|gone|empty)-\d+$/.test(each))) {
    rmSync(join(directory, name), { recursive: true, force: true })
    cpSync(join(data, name), join(directory, name), { recursive: true })
  }
  kafka('start', PORT)
  const found = await ofKafka(contentsOf)
  const partitions = Object.keys(expected).filter(key => /-\d+$/.test(key))
  // A Kafka forgets producers whose last record is older than a day.
  const only = (contents: Contents) =>
    Object.fromEntries(partitions.map(key => [key, { ...(contents[key] as object), producers: undefined }]))
  check('a Kafka opens our partitions and clients read the same', differences(only(expected), only(found)))
}

async function all(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-log-tools-'))
  try {
    kafka('up', PORT)
    const directory = kafka('data', PORT).trim()
    const populated = await ofKafka(populate)
    const expected = await ofKafka(contentsOf)
    check('a Kafka that runs is refused', await refusal(directory, folder, 'DATA_DIRECTORY_IN_USE'))
    kafka('stop', PORT)
    if (flags.fixture !== undefined) {
      pack(directory, `${flags.fixture}.pack`)
      writeFileSync(`${flags.fixture}.json`, `${JSON.stringify(expected, null, 2)}\n`)
    }
    await imported('stop', left(directory, join(folder, 'stopped')), join(folder, 'ours'), expected)
    await goesOn(join(folder, 'ours'), populated, expected)
    readByKafka(join(folder, 'ours'))

    kafka('start', PORT)
    await ofKafka(peer => produce(peer, 'orders', 1, ['just before it is killed'], { timestamp: 1_700_000_020_000 }))
    const killed = await ofKafka(contentsOf)
    kafka('kill', PORT)
    await imported('kill', left(directory, join(folder, 'killed')), join(folder, 'ours-killed'), killed)

    kafka('start', PORT)
    await ofKafka(leaveOpen)
    kafka('stop', PORT)
    check('open transactions are refused', await refusal(directory, folder, 'IMPORT_REFUSED'))
    await openedByKafka(join(folder, 'ours'), await ofOurs(join(folder, 'ours'), contentsOf))
  } finally {
    kafka('down', PORT)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function refusal(directory: string, folder: string, code: string): Promise<readonly string[]> {
  try {
    await importKafka(directory, join(folder, 'refused'), { links: true })
    return ['it was imported']
  } catch (error) {
    const { code: found, message } = error as Error & { code?: string }
    return found === code && !existsSync(join(folder, 'refused')) ? [] : [`${found}: ${message}`]
  }
}

if (!existsSync(program)) console.log(`left out: there is no ${program}`)
else if (spawnSync('java', ['-version']).status !== 0) console.log('left out: there is no Java')
else await all()
process.exitCode = failed === 0 ? 0 : 1
