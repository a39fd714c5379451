/**
 * Scripts of what members of groups say, and of what each is told, when it is told it. A line is a command and, behind an arrow,
 * what it sets off; a test expects a script to come out as it went in.
 *
 *     ann join                     → ann MEMBER_ID_REQUIRED
 *     ann join
 *     +3000                        → ann generation 1, leads ann
 *     ann sync ann=A               → ann A
 *     ann heartbeat                → ann ok
 *
 * Each member has a connection of its own, on which it sends nothing while it waits. What several are told stands by their names,
 * which are their client ids. Options are `name=value`.
 *
 *     ann join            instance= session= rebalance= protocols=range:m,rr:m type= version= id=
 *     ann sync a=A b=B    generation= protocol= version= instance=
 *     ann heartbeat       generation= instance= id=
 *     ann leave           instance= id= version=
 *     ann commit t-0@5    generation= id= version= instance=     and offsets: `t-0@5`, as many as there are
 *     ann beat            epoch= topics=t,u pattern= owns=t0,t1 instance= assignor= rebalance= version= rack=
 *     ann join848         the same, with all that joining takes
 *     group               state, generation or epoch, members
 *     offsets             of the group, all that are committed; `stable` says so
 *     topic t 3           made, or grown to
 *     delete-group, restart, +MS
 */
import { kafkaError } from '../kafka/protocol/errors.ts'
import type { ApiName, apis } from '../kafka/protocol/apis.ts'
import type { InputOf } from '../kafka/protocol/schema.ts'
import type { TestBroker, TestClient } from './broker.ts'
import { settled } from './broker.ts'

export const GROUP = 'g'

interface Player {
  client: TestClient
  id: string
  /** Or epoch. */
  generation: number
}

type Options = Readonly<Record<string, string>>

/** Plays the script; answers it with what really happened. */
export async function play(broker: TestBroker, script: string): Promise<string> {
  const stage = new Stage(broker)
  const lines: string[] = []
  for (const line of script.split('\n')) {
    const command = line.split('→')[0]!.trim()
    if (command === '' || command.startsWith('--')) {
      lines.push(command)
      continue
    }
    const told = await stage.run(command)
    lines.push(told.length === 0 ? command : `${command} → ${told.join('; ')}`)
  }
  return lines.join('\n')
}

/** As `play` answers it: without the space that makes it readable. */
export const tidy = (script: string): string =>
  script
    .split('\n')
    .map(line =>
      line
        .split('→')
        .map(part => part.trim())
        .join(' → ')
        .trim(),
    )
    .join('\n')

class Stage {
  #broker: TestBroker
  readonly #players = new Map<string, Player>()
  readonly #names = new Map<string, string>()
  #told: { readonly name: string; readonly what: () => string }[] = []

  constructor(broker: TestBroker) {
    this.#broker = broker
  }

  async run(command: string): Promise<string[]> {
    this.#told = []
    const [first, second = '', ...rest] = command.split(/\s+/)
    if (first!.startsWith('+')) await this.#broker.time.pass(Number(first!.slice(1)))
    else if (first === 'restart') await this.#restart()
    else if (first === 'topic') await this.#topic(second, Number(rest[0]))
    else if (first === 'group') await this.#describe()
    else if (first === 'offsets') await this.#offsets(second === 'stable')
    else if (first === 'delete-group') await this.#deleteGroup()
    else {
      const words = rest.map(word => (word.includes('=') && !word.includes('@') ? word : `@${word}`))
      const options = Object.fromEntries(
        words
          .filter(word => !word.startsWith('@'))
          .map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
      )
      const plain = words.filter(word => word.startsWith('@')).map(word => word.slice(1))
      this.#act(first!, second, options, plain)
    }
    await settled()
    // Only now is it known who is who.
    return this.#told.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, what }) => `${name} ${what()}`.trim())
  }

  #player(name: string): Player {
    const known = this.#players.get(name)
    if (known !== undefined) return known
    const player = { client: this.#broker.connect(name), id: '', generation: -1 }
    this.#players.set(name, player)
    return player
  }

  #tell(name: string, what: () => string): void {
    this.#told.push({ name, what })
  }

  #show(what: string): void {
    this.#tell('', () => what)
  }

  /** What the answer says, or its error. */
  #ask<N extends ApiName>(
    name: string,
    api: N,
    version: number,
    request: InputOf<(typeof apis)[N]['request']>,
    read: (answer: any) => string | (() => string),
  ): void {
    const { client } = this.#player(name)
    client.ask(api, version, request).then(
      answer => {
        const what = read(answer)
        this.#tell(name, typeof what === 'string' ? () => what : what)
      },
      error => this.#tell(name, () => (error as Error).message),
    )
  }

  #act(name: string, verb: string, options: Options, plain: readonly string[]): void {
    const player = this.#player(name)
    const id = options['id'] ?? player.id
    const instance = options['instance'] ?? null
    const version = (latest: number) => Number(options['version'] ?? latest)
    const generation = Number(options['generation'] ?? player.generation)
    switch (verb) {
      case 'join':
        return this.#join(name, options)
      case 'sync': {
        const known = ['generation', 'protocol', 'version', 'instance', 'id']
        const assignments = Object.entries(options)
          .filter(([key]) => !known.includes(key))
          .map(([who, what]) => ({ memberId: this.#player(who).id, assignment: Buffer.from(what) }))
        const request = {
          groupId: GROUP,
          generationId: generation,
          memberId: id,
          groupInstanceId: instance,
          ...(version(5) >= 5 && { protocolType: 'consumer', protocolName: options['protocol'] ?? 'range' }),
          assignments,
        }
        return this.#ask(name, 'SyncGroup', version(5), request, ({ errorCode, assignment }) =>
          errorCode === 0 ? Buffer.from(assignment).toString() || 'nothing' : nameOf(errorCode),
        )
      }
      case 'heartbeat': {
        const request = { groupId: GROUP, generationId: generation, memberId: id, groupInstanceId: instance }
        return this.#ask(name, 'Heartbeat', 4, request, ({ errorCode }) => nameOf(errorCode))
      }
      case 'leave': {
        const members = [{ memberId: id, groupInstanceId: instance, reason: null }]
        const request = version(5) >= 3 ? { groupId: GROUP, members } : { groupId: GROUP, memberId: id }
        return this.#ask(name, 'LeaveGroup', version(5), request, answer =>
          nameOf(answer.members[0]?.errorCode ?? answer.errorCode),
        )
      }
      case 'commit': {
        const request = {
          groupId: GROUP,
          generationIdOrMemberEpoch: generation,
          memberId: id,
          groupInstanceId: instance,
          topics: offsetsOf(plain),
        }
        return this.#ask(name, 'OffsetCommit', version(9), request, ({ topics }) =>
          Array.from(new Set(topics.flatMap((topic: any) => topic.partitions.map((p: any) => nameOf(p.errorCode))))).join(' '),
        )
      }
      case 'beat':
      case 'join848':
        return this.#beat(name, verb === 'join848', options)
      default:
        throw new Error(`nobody knows how to ${verb}`)
    }
  }

  #join(name: string, options: Options): void {
    const player = this.#player(name)
    const version = Number(options['version'] ?? 9)
    const protocols = (options['protocols'] ?? 'range:m').split(',').map(text => {
      const [protocol, metadata = ''] = text.split(':')
      return { name: protocol!, metadata: subscription(metadata) }
    })
    const request = {
      groupId: GROUP,
      sessionTimeoutMs: Number(options['session'] ?? 10_000),
      ...(version >= 1 && { rebalanceTimeoutMs: Number(options['rebalance'] ?? 60_000) }),
      memberId: options['id'] ?? player.id,
      groupInstanceId: options['instance'] ?? null,
      protocolType: options['type'] ?? 'consumer',
      protocols,
    }
    this.#ask(name, 'JoinGroup', version, request, answer => {
      if (answer.memberId !== '') {
        player.id = answer.memberId
        this.#names.set(answer.memberId, name)
      }
      if (answer.errorCode !== 0) return nameOf(answer.errorCode)
      player.generation = answer.generationId
      const who = (id: string) => this.#names.get(id) ?? 'somebody'
      const leads = answer.leader === answer.memberId
      const members = () => answer.members.map((member: any) => who(member.memberId)).toSorted()
      return () =>
        [
          `generation ${answer.generationId}`,
          ...(leads ? [`leads ${members().join(' ')}`.trim()] : []),
          ...(answer.protocolName === 'range' ? [] : [answer.protocolName]),
          ...(answer.skipAssignment ? ['assigned already'] : []),
        ].join(', ')
    })
  }

  #beat(name: string, joins: boolean, options: Options): void {
    const player = this.#player(name)
    if (player.id === '') {
      player.id = options['id'] ?? name
      this.#names.set(player.id, name)
    }
    const version = Number(options['version'] ?? 1)
    const owns = options['owns'] ?? (joins ? '' : undefined)
    const topics = options['topics'] ?? (joins && options['pattern'] === undefined ? 't' : undefined)
    const request: any = {
      groupId: GROUP,
      memberId: options['id'] ?? player.id,
      memberEpoch: Number(options['epoch'] ?? (joins ? 0 : player.generation)),
      instanceId: options['instance'] ?? null,
      rackId: options['rack'] ?? null,
      rebalanceTimeoutMs: Number(options['rebalance'] ?? (joins ? 60_000 : -1)),
      subscribedTopicNames: topics === undefined ? null : topics.split(',').filter(topic => topic !== ''),
      ...(version >= 1 && { subscribedTopicRegex: options['pattern'] ?? null }),
      serverAssignor: options['assignor'] ?? null,
      topicPartitions: owns === undefined ? null : this.#partitions(owns),
    }
    this.#ask(name, 'ConsumerGroupHeartbeat', version, request, answer => {
      if (answer.errorCode !== 0) return nameOf(answer.errorCode)
      if (answer.memberEpoch >= 0) player.generation = answer.memberEpoch
      const assigned = answer.assignment === null ? '' : `, has ${this.#printed(answer.assignment.topicPartitions) || 'nothing'}`
      return `epoch ${answer.memberEpoch}${assigned}`
    })
  }

  /** `t0,t1,u0` */
  #partitions(text: string) {
    const byTopic = new Map<string, number[]>()
    for (const part of text.split(',').filter(one => one !== '')) {
      const [, topic, partition] = /^(.*?)(\d+)$/.exec(part)!
      const topicId = this.#broker.broker.topics.named(topic!)!.id
      byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), Number(partition)])
    }
    return Array.from(byTopic, ([topicId, partitions]) => ({ topicId, partitions }))
  }

  #printed(topicPartitions: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]): string {
    return topicPartitions
      .map(({ topicId, partitions }) => {
        const name = this.#broker.broker.topics.withId(topicId)?.name ?? 'gone'
        return partitions.map(partition => `${name}${partition}`).join(' ')
      })
      .toSorted()
      .join(' ')
  }

  async #topic(name: string, partitions: number): Promise<void> {
    const { topics } = this.#broker.broker
    const known = topics.named(name)
    if (known !== undefined && partitions === 0) await topics.delete(known)
    else if (known === undefined) await this.#player('admin').client.createTopic(name, partitions)
    else await topics.growTo(known, partitions)
  }

  async #restart(): Promise<void> {
    this.#broker = await this.#broker.restart()
    // Nobody keeps a connection, and everybody what they know.
    for (const [name, player] of this.#players) player.client = this.#broker.connect(name)
  }

  /** The broker that is there at the end. */
  get broker(): TestBroker {
    return this.#broker
  }

  async #describe(): Promise<void> {
    const { client } = this.#player('admin')
    const { groups } = await client.ask('ListGroups', 5, { statesFilter: [], typesFilter: [] })
    const listed = groups.find(({ groupId }) => groupId === GROUP)
    if (listed === undefined) return this.#show('none')
    if (listed.groupType === 'classic') {
      const { groups: described } = await client.ask('DescribeGroups', 6, { groups: [GROUP], includeAuthorizedOperations: false })
      const { groupState, members } = described[0]!
      const all = members.map(({ clientId, memberAssignment }) => {
        const assignment = Buffer.from(memberAssignment).toString()
        return `${clientId}${assignment === '' ? '' : `=${assignment}`}`
      })
      return this.#show([groupState, ...all.toSorted()].join(' '))
    }
    const { groups: described } = await client.ask('ConsumerGroupDescribe', 1, {
      groupIds: [GROUP],
      includeAuthorizedOperations: false,
    })
    const { groupState, groupEpoch, assignmentEpoch, members } = described[0]!
    const all = members.map(({ memberId, memberEpoch, assignment }) => {
      const has = this.#printed(assignment.topicPartitions)
      return `${this.#names.get(memberId) ?? memberId}@${memberEpoch}${has === '' ? '' : ` ${has}`}`
    })
    this.#show([`${groupState} ${groupEpoch}/${assignmentEpoch}`, ...all.toSorted()].join(', '))
  }

  async #offsets(requireStable: boolean): Promise<void> {
    const { groups } = await this.#player('admin').client.ask('OffsetFetch', 9, {
      groups: [{ groupId: GROUP, topics: null }],
      requireStable,
    })
    const { errorCode, topics } = groups[0]!
    if (errorCode !== 0) return this.#show(nameOf(errorCode))
    const all = topics.flatMap(({ name, partitions }) =>
      partitions.map(p => `${name}-${p.partitionIndex}@${p.errorCode === 0 ? p.committedOffset : nameOf(p.errorCode)}`),
    )
    this.#show(all.toSorted().join(' ') || 'none')
  }

  async #deleteGroup(): Promise<void> {
    const { results } = await this.#player('admin').client.ask('DeleteGroups', 2, { groupsNames: [GROUP] })
    this.#show(nameOf(results[0]!.errorCode))
  }
}

const nameOf = (errorCode: number): string => (errorCode === 0 ? 'ok' : kafkaError(errorCode).name)

/** Metadata of a consumer that subscribes to these topics: `t+u`. */
export function subscription(topics: string): Uint8Array {
  const names = topics.split('+').filter(topic => topic !== '')
  const parts = names.map(name => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name)]))
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 0, names.length]), ...parts, Buffer.from([255, 255, 255, 255])])
}

/** `t-0@5` */
function offsetsOf(words: readonly string[]) {
  return words.map(word => {
    const [, name, partition, offset] = /^(.*)-(\d+)@(-?\d+)$/.exec(word)!
    return {
      name: name!,
      partitions: [
        { partitionIndex: Number(partition), committedOffset: Number(offset), committedLeaderEpoch: -1, committedMetadata: null },
      ],
    }
  })
}
