/** `millrace topic create|list|describe|delete|alter`. */
import { type ConfigEntry, alterConfigs, describeConfigs } from '../../kafka/client/admin/configs.ts'
import {
  createPartitions,
  createTopic,
  deleteRecords,
  deleteTopic,
  describePartitions,
  existsAlready,
  unknownTopic,
} from '../../kafka/client/admin/topics.ts'
import { UsageError } from '../usage-error.ts'
import { type ParsedCommand, oneOf, pairs } from './arguments.ts'
import type { Surroundings } from './main.ts'
import { printJson, printTable } from './print.ts'

export function topic(command: ParsedCommand, given: Surroundings): Promise<void> {
  switch (command.shape.name) {
    case 'topic create':
      return create(command, given)
    case 'topic list':
      return list(command, given)
    case 'topic describe':
      return describe(command, given)
    case 'topic delete':
      return remove(command, given)
    default:
      return alter(command, given)
  }
}

async function create(command: ParsedCommand, { client, err }: Surroundings): Promise<void> {
  const [name] = command.names as [string]
  try {
    const made = await createTopic(client, {
      name,
      partitions: command.count('partitions', 1),
      replicationFactor: command.count('replication-factor', 1),
      configs: pairs('config', command.all('config')),
    })
    if (err.isTerminal) await err.line(`topic ${name} with ${counted(made.partitions.length, 'partition')}`)
  } catch (error) {
    if (!command.flag('if-not-exists') || !existsAlready(error)) throw error
  }
}

async function list(command: ParsedCommand, { client, out }: Surroundings): Promise<void> {
  const all = await client.allTopics()
  const shown = all.filter(t => command.flag('internal') || !t.internal).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (oneOf('output', command.text('output'), ['table', 'json']) === 'json') {
    return printJson(
      shown.map(t => ({
        topic: t.name,
        partitions: t.partitions.length,
        replicas: t.replicas[0]?.length ?? 0,
        id: t.id,
        internal: t.internal,
      })),
      out,
    )
  }
  const columns = [{ name: 'topic' }, { name: 'partitions', right: true }, { name: 'replicas', right: true }]
  return printTable(
    columns,
    shown.map(t => [t.name, t.partitions.length, t.replicas[0]?.length ?? 0]),
    out,
  )
}

async function describe(command: ParsedCommand, given: Surroundings): Promise<void> {
  const { client, out } = given
  const asJson = oneOf('output', command.text('output'), ['table', 'json']) === 'json'
  for (const [i, name] of command.names.entries()) {
    const known = await client.topic(name)
    const partitions = await describePartitions(client, known)
    const configs = (await describeConfigs(client, 'topic', name)).filter(config => command.flag('all') || isOwn(config))
    if (asJson) {
      const own = Object.fromEntries(configs.map(c => [c.name, c.value]))
      const told = partitions.map(p => ({
        partition: p.partition,
        leader: p.leader,
        replicas: p.replicas,
        inSync: p.inSync,
        earliest: p.earliest,
        latest: p.latest,
      }))
      await printJson([{ topic: name, id: known.id, partitions: told, configs: own }], out)
      continue
    }
    if (i > 0) await out.line('')
    await out.line(`topic ${name}, id ${known.id}`)
    const columns = ['partition', 'leader', 'replicas', 'in sync', 'first offset', 'next offset', 'records'].map(column => ({
      name: column,
      right: column !== 'replicas' && column !== 'in sync',
    }))
    const rows = partitions.map(p => [
      p.partition,
      p.leader < 0 ? undefined : p.leader,
      p.replicas.join(', '),
      p.inSync.join(', '),
      p.earliest,
      p.latest,
      p.latest - p.earliest,
    ])
    await printTable(columns, rows, out)
    if (configs.length > 0)
      await printTable(
        [{ name: 'property' }, { name: 'value' }, { name: 'from' }],
        configs.map(c => [c.name, c.value ?? '(secret)', c.source]),
        out,
      )
  }
}

/** What somebody has set; the long list of defaults is the broker's. */
const isOwn = ({ source }: ConfigEntry): boolean => source !== 'default' && source !== 'file'

async function remove(command: ParsedCommand, { client }: Surroundings): Promise<void> {
  for (const name of command.names) {
    try {
      await deleteTopic(client, name)
    } catch (error) {
      if (!command.flag('if-exists') || (error as { code?: string }).code !== unknownTopic(name).code) throw error
    }
  }
}

async function alter(command: ParsedCommand, { client, out }: Surroundings): Promise<void> {
  const [name] = command.names as [string]
  const partitions = command.count('partitions', 1)
  const changes: Record<string, string | null> = pairs('config', command.all('config'))
  for (const key of command.all('unset')) changes[key] = null
  const before = command.all('delete-before').map(text => {
    const found = /^(\d+):(\d+|latest)$/.exec(text)
    if (found === null) throw new UsageError(`--delete-before takes PARTITION:OFFSET, or PARTITION:latest, not '${text}'`)
    return { topic: name, partition: Number(found[1]), offset: found[2] === 'latest' ? -1 : Number(found[2]) }
  })
  if (partitions === undefined && Object.keys(changes).length === 0 && before.length === 0)
    throw new UsageError('topic alter needs --partitions, --config, --unset or --delete-before')
  if (partitions !== undefined) await createPartitions(client, name, partitions)
  if (Object.keys(changes).length > 0) await alterConfigs(client, 'topic', name, changes)
  if (before.length === 0) return
  const starts = await deleteRecords(client, before)
  const columns = ['partition', 'first offset'].map(column => ({ name: column, right: true }))
  const rows = before.map(b => [b.partition, starts.get(`${name}-${b.partition}`)])
  await printTable(columns, rows, out)
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
