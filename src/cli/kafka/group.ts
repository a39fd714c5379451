/** `millrace group list|describe|reset|delete`. */
import {
  type GroupDescription,
  type GroupLag,
  deleteGroup,
  deleteOffsets,
  describeGroup,
  groupLag,
  listGroups,
  resetOffsets,
} from '../../kafka/client/admin/groups.ts'
import {
  type KafkaClient,
  type OffsetAt,
  type TopicPartition,
  committedOffsets,
  partitionName,
} from '../../kafka/client/index.ts'
import { UsageError } from '../usage-error.ts'
import { type ParsedCommand, oneOf } from './arguments.ts'
import type { Surroundings } from './main.ts'
import { parsePlace } from './place.ts'
import { type TextValue, printJson, printTable } from './print.ts'

/** Answers the exit code: 1 where a group is not there. */
export async function group(command: ParsedCommand, given: Surroundings): Promise<number> {
  switch (command.shape.name) {
    case 'group list':
      await list(command, given)
      return 0
    case 'group describe':
      return describe(command, given)
    case 'group reset':
      await reset(command, given)
      return 0
    default:
      await remove(command, given)
      return 0
  }
}

const asJson = (command: ParsedCommand): boolean => oneOf('output', command.text('output'), ['table', 'json']) === 'json'

async function list(command: ParsedCommand, { client, out }: Surroundings): Promise<void> {
  const groups = await listGroups(client)
  if (asJson(command)) return printJson(groups, out)
  const columns = [{ name: 'group' }, { name: 'type' }, { name: 'state' }, { name: 'protocol' }]
  return printTable(
    columns,
    groups.map(g => [g.group, g.type, g.state, g.protocol]),
    out,
  )
}

async function describe(command: ParsedCommand, { client, out, err }: Surroundings): Promise<number> {
  let code = 0
  for (const [i, name] of command.names.entries()) {
    const [described, offsets] = [await describeGroup(client, name), await groupLag(client, name)]
    if (described === undefined && offsets.length === 0) {
      await err.line(`millrace: there is no group ${name}`)
      code = 1
      continue
    }
    if (asJson(command)) {
      const { type = '', state = 'Dead', assignor = '', members = [] } = described ?? {}
      const told = offsets.map(o => ({ topic: o.topic, partition: o.partition, offset: o.offset, latest: o.latest, lag: o.lag }))
      await printJson([{ group: name, type, state, assignor, members, offsets: told }], out)
      continue
    }
    if (i > 0) await out.line('')
    await out.line(headline(name, described))
    await printTable(lagColumns, lagRows(offsets, described), out)
  }
  return code
}

function headline(name: string, described: GroupDescription | undefined): string {
  if (described === undefined) return `group ${name}`
  const { type, state, assignor, members } = described
  const parts = [type, state, assignor, members.length === 1 ? '1 member' : `${members.length} members`]
  return `group ${name}: ${parts.filter(part => part !== '').join(', ')}`
}

const lagColumns = [
  { name: 'topic' },
  { name: 'partition', right: true },
  { name: 'committed', right: true },
  { name: 'next offset', right: true },
  { name: 'lag', right: true },
  { name: 'member' },
  { name: 'client' },
  { name: 'host' },
]

/** Partitions with a commit, and those that a member has and has not committed for. */
function lagRows(offsets: readonly GroupLag[], described: GroupDescription | undefined): TextValue[][] {
  const members = described?.members ?? []
  const ownerOf = (topic: string, partition: number) =>
    members.find(m => m.assigned.some(p => p.topic === topic && p.partition === partition))
  const rows = offsets.map((o): TextValue[] => {
    const owner = ownerOf(o.topic, o.partition)
    return [
      o.topic,
      o.partition,
      o.offset,
      o.latest < 0 ? undefined : o.latest,
      o.latest < 0 ? undefined : o.lag,
      owner?.memberId,
      owner?.clientId,
      owner?.host,
    ]
  })
  const known = new Set(offsets.map(o => partitionName(o.topic, o.partition)))
  for (const member of members) {
    const fresh = member.assigned.filter(p => !known.has(partitionName(p.topic, p.partition)))
    for (const p of fresh)
      rows.push([p.topic, p.partition, undefined, undefined, undefined, member.memberId, member.clientId, member.host])
    if (member.assigned.length === 0)
      rows.push([undefined, undefined, undefined, undefined, undefined, member.memberId, member.clientId, member.host])
  }
  return rows
}

async function reset(command: ParsedCommand, { client, out, err }: Surroundings): Promise<void> {
  const [name] = command.names as [string]
  const text = command.text('to')!
  const place = parsePlace('to', text)
  const to: OffsetAt | { offset: number } | { by: number } =
    place.kind === 'offset'
      ? { offset: place.offset }
      : place.kind === 'by'
        ? { by: place.by }
        : place.kind === 'time'
          ? place.timestampMs
          : place.kind
  const given = command.all('topic')
  const partitions =
    given.length > 0 ? await partitionsOf(client, given) : [...(await committedOffsets(client, name, null)).values()]
  if (partitions.length === 0) throw new UsageError(`group ${name} has committed no offsets: say of which topics with --topic`)
  const before = await committedOffsets(client, name, partitions)
  const after = await resetOffsets(client, name, partitions, to, { dryRun: command.flag('dry-run') })
  const rows = after.map(o => ({
    topic: o.topic,
    partition: o.partition,
    before: before.get(partitionName(o.topic, o.partition))?.offset,
    after: o.offset,
  }))
  if (asJson(command)) return printJson(rows, out)
  const columns = [{ name: 'topic' }, ...['partition', 'before', 'after'].map(column => ({ name: column, right: true }))]
  await printTable(
    columns,
    rows.map(r => [r.topic, r.partition, r.before, r.after]),
    out,
  )
  if (command.flag('dry-run')) await err.line('nothing was changed')
}

async function remove(command: ParsedCommand, { client }: Surroundings): Promise<void> {
  const offsets = command.all('offsets')
  if (offsets.length === 0) {
    for (const name of command.names) await deleteGroup(client, name)
    return
  }
  if (command.names.length > 1) throw new UsageError('--offsets are of one group')
  await deleteOffsets(client, command.names[0]!, await partitionsOf(client, offsets))
}

/** `orders` and `orders:0,2`. */
async function partitionsOf(client: KafkaClient, texts: readonly string[]): Promise<TopicPartition[]> {
  const found: TopicPartition[] = []
  for (const text of texts) {
    const [, topic, numbers] = /^([^:]+)(?::(\d+(?:,\d+)*))?$/.exec(text) ?? []
    if (topic === undefined)
      throw new UsageError(`a topic is written orders, or orders:0,2 for some of its partitions, not '${text}'`)
    const { partitions } = await client.topic(topic)
    const wanted = numbers === undefined ? partitions.map((_, partition) => partition) : numbers.split(',').map(Number)
    for (const partition of wanted) {
      if (partition >= partitions.length)
        throw new UsageError(`topic ${topic} has partitions 0 to ${partitions.length - 1}, not ${partition}`)
      found.push({ topic, partition })
    }
  }
  return found
}
