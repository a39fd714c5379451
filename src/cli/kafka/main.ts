/** `millrace topic …`, `produce`, `consume`, `group …`: what is done to a Kafka, without SQL. */
import { readFileSync } from 'node:fs'
import { keepingTimers, systemClock } from '../../base/clock.ts'
import { MillraceError } from '../../base/errors.ts'
import { parseProperties } from '../../base/properties.ts'
import { systemRandom } from '../../base/random.ts'
import { didYouMean } from '../../base/suggest.ts'
import { ClientSettings, KafkaClient, clientSettings } from '../../kafka/client/index.ts'
import { failureCode, failureText } from '../failure.ts'
import { Out, isClosedPipe } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { version } from '../../base/version.ts'
import { type ParsedCommand, kafkaUsage, pairs, parseKafkaCommand } from './arguments.ts'
import { consume } from './consume.ts'
import { group } from './group.ts'
import { produce } from './produce.ts'
import { topic } from './topic.ts'

/** What a command gets. */
export interface Surroundings {
  readonly client: KafkaClient
  readonly out: Out
  readonly err: Out
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}

/** Ends with a command's exit code. */
export async function kafkaCommand(args: readonly string[]): Promise<number> {
  const out = new Out(process.stdout)
  const err = new Out(process.stderr)
  let command: ParsedCommand | undefined
  try {
    command = parseKafkaCommand(args)
    if (command === undefined) {
      await out.write(kafkaUsage(args))
      return 0
    }
    const code = await withSignals(signal => run(command!, { out, err, signal }))
    // To be told to stop is how a server ends well.
    return command.shape.name === 'schema-registry' ? 0 : code
  } catch (error) {
    if (isClosedPipe(error)) return 0
    process.stderr.write(`${failureText(error, command?.shape.name ?? args[0])}\n`)
    return failureCode(error)
  }
}

async function run(command: ParsedCommand, surroundings: Omit<Surroundings, 'client'>): Promise<number> {
  const properties = clientProperties(command)
  const client = new KafkaClient({
    properties,
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
    softwareVersion: version(),
    warn: message => void process.stderr.write(`warning: ${message}\n`),
  })
  try {
    // A cluster that can't be reached is told at once.
    await client.retry(() => client.refresh([]), undefined, FIRST_CONTACT_MS)
    const given = { ...surroundings, client }
    const [family] = command.shape.name.split(' ')
    switch (family) {
      case 'topic':
        await topic(command, given)
        return 0
      case 'group':
        return await group(command, given)
      case 'produce':
        await produce(command, given)
        return 0
      case 'schema-registry': {
        const { schemaRegistry } = await import('./schema-registry.ts')
        await schemaRegistry(command, properties, surroundings)
        return 0
      }
      default:
        await consume(command, given)
        return 0
    }
  } finally {
    client.close()
  }
}

const FIRST_CONTACT_MS = 2000

/** From the file, then from `--set`, then what flags of their own say. */
export function clientProperties(command: ParsedCommand): Record<string, string> {
  const set = pairs('set', command.all('set'))
  for (const name of new ClientSettings(set).unknown) {
    const guess = didYouMean(name, Object.keys(clientSettings))
    throw new UsageError(`--set ${name}: Kafka clients have no such property${guess === undefined ? '' : `; ${guess}`}`)
  }
  const bootstrap = command.text('bootstrap')
  const compression = command.text('compression')
  const isolation = command.text('isolation')
  return {
    'bootstrap.servers': '127.0.0.1:9092',
    'client.id': 'millrace-cli',
    ...fileProperties(command.text('client-config')),
    ...set,
    ...(bootstrap === undefined ? {} : { 'bootstrap.servers': bootstrap }),
    ...(compression === undefined ? {} : { 'compression.type': compression }),
    ...(isolation === undefined ? {} : { 'isolation.level': isolation.replace('-', '_') }),
  }
}

function fileProperties(path: string | undefined): Record<string, string> {
  if (path === undefined) return {}
  try {
    return Object.fromEntries(parseProperties(readFileSync(path, 'utf8')))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? `there is no file ${path}` : message
    throw new MillraceError('KAFKA_CONFIG', 'user', `--client-config can't be read: ${why}`, { cause })
  }
}

/** The code of a command that a signal ended is the shell's for that signal. A second signal does not wait. */
async function withSignals(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController()
  let signalled: NodeJS.Signals | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signalled !== undefined) process.kill(process.pid, 'SIGKILL')
    signalled = signal
    abort.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const code = await work(abort.signal)
    return signalled === undefined ? code : signalled === 'SIGINT' ? 130 : 143
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
