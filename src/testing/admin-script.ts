/**
 * Conversations with a broker about its topics and properties, one request a line, with what it answers behind the arrow. Those in
 * test/kafka/admin were held with a real Kafka.
 *
 *     create a 2x1 retention.ms=1000                      → 0 2x1 retention.ms=1000/topic
 *     set topic:a retention.ms=5 cleanup.policy+=compact  → 0                 k=v sets, k- deletes, k+=v appends, k-=v subtracts
 *     replace topic:a retention.ms=5                      → 0                 AlterConfigs
 *     configs topic:a retention.ms                        → retention.ms=5/topic long [topic retention.ms=5]
 *     resources group                                     → group:g
 *     delete a · delete id:a · grow a 4                   → 0
 *     records a0:5 a1:-1                                  → a0 0 5, a1 0 7    DeleteRecords; the offset where the partition begins then
 *     offsets a0                                          → 5 to 7
 *     metadata a b id:a auto                              → a 0 2, b 3 0      errors and numbers of partitions
 *     pages a b limit:2 cursor:a:1                        → a 0 1, b 0 0 | next b 1
 *     move a0 b0 to:/elsewhere                            → a0 57, b0 57    AlterReplicaLogDirs, otherwise to where a0 is
 *     quorum __cluster_metadata0                          → 0 voter 1       errors otherwise
 *     elect a0 · reassign a0=1,2 · reassignments          → a0 84
 *     quota user=ann,client-id=- producer_byte_rate=5     → 0                 - is the default
 *     quotas user=* strict                                → user=ann producer_byte_rate=5
 *
 * Topics and groups have names of their own in every run. `v1`: the version. `validate`: nothing is changed.
 */
import type { Peer } from './transaction-script.ts'
import { ZERO_UUID } from '../kafka/protocol/schema.ts'
import { batchOf } from './broker.ts'

const resourceTypes: Readonly<Record<string, number>> = { topic: 2, broker: 4, logger: 8, metrics: 16, group: 32 }
const resourceNames = new Map(Object.entries(resourceTypes).map(([name, type]) => [type, name]))
const sources = ['', 'topic', 'broker', 'all', 'start', 'default', 'logger', 'metrics', 'group']
const types = ['-', 'boolean', 'string', 'int', 'short', 'long', 'double', 'list', 'class', 'password']

/** Of no topic. */
const UNKNOWN_ID = 'BAAAAAAAAAAAAAAAAAAAAA'

/** What is left of a request's words when those of its kind are taken. */
class Words {
  readonly rest: string[]

  constructor(text: string) {
    this.rest = text.split(' ').filter(word => word !== '')
  }

  take(): string {
    return this.rest.shift() ?? ''
  }

  flag(word: string): boolean {
    const at = this.rest.indexOf(word)
    if (at >= 0) this.rest.splice(at, 1)
    return at >= 0
  }

  option(name: string): string | undefined {
    const at = this.rest.findIndex(word => word.startsWith(`${name}:`))
    return at < 0 ? undefined : this.rest.splice(at, 1)[0]!.slice(name.length + 1)
  }

  version(latest: number): number {
    const at = this.rest.findIndex(word => /^v\d+$/.test(word))
    return at < 0 ? latest : Number(this.rest.splice(at, 1)[0]!.slice(1))
  }
}

export class AdminConversation {
  readonly #peer: Peer
  readonly #prefix: string
  readonly #ids = new Map<string, string>()

  constructor(peer: Peer, prefix = '') {
    this.#peer = peer
    this.#prefix = prefix
  }

  /** Does what a line says; answers what the broker does, undefined for a line that asks nothing. */
  async step(line: string): Promise<string | undefined> {
    const text = line.replace(/# .*/, '').trim()
    if (text === '') return undefined
    const words = new Words(text)
    const command = words.take()
    const act = this.#commands[command]
    if (act === undefined) throw new Error(`no command '${command}'`)
    const answer = await act(words)
    await this.#peer.settle()
    return answer
  }

  readonly #commands: Readonly<Record<string, (words: Words) => Promise<string | undefined>>> = {
    create: words => this.#create(words),
    produce: words => this.#produce(words),
    set: words => this.#set(words),
    replace: words => this.#replace(words),
    configs: words => this.#configs(words),
    resources: words => this.#resources(words),
    delete: words => this.#delete(words),
    grow: words => this.#grow(words),
    records: words => this.#records(words),
    offsets: words => this.#offsets(words),
    metadata: words => this.#metadata(words),
    pages: words => this.#pages(words),
    cluster: words => this.#cluster(words),
    dirs: words => this.#dirs(words),
    move: words => this.#move(words),
    quorum: words => this.#quorum(words),
    elect: words => this.#elect(words),
    reassign: words => this.#reassign(words),
    reassignments: () => this.#reassignments(),
    quota: words => this.#quota(words),
    quotas: words => this.#quotas(words),
    wait: async words => {
      await this.#peer.wait(Number(words.take()))
      return undefined
    },
  }

  #topic(name: string): string {
    return /^[a-z]\d*$/.test(name) ? this.#prefix + name : name === "''" ? '' : name
  }

  #shown(name: string | null): string {
    return name === null ? 'null' : name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name
  }

  // ── topics ────────────────────────────────────────────────────────────────────────────────────────

  async #create(words: Words): Promise<string> {
    const version = words.version(7)
    const validateOnly = words.flag('validate')
    const name = words.take()
    const assign = words.option('assign')
    const [numPartitions, replicationFactor] = assign === undefined ? words.take().split('x').map(Number) : [-1, -1]
    const assignments = (assign ?? '')
      .split(';')
      .filter(text => text !== '')
      .map(text => {
        const [partitionIndex, brokers] = text.split('=')
        return {
          partitionIndex: Number(partitionIndex),
          brokerIds: brokers!
            .split(',')
            .filter(id => id !== '')
            .map(Number),
        }
      })
    const configs = words.rest.map(nameAndValue)
    const topic = {
      name: this.#topic(name),
      numPartitions: numPartitions!,
      replicationFactor: replicationFactor!,
      assignments,
      configs,
    }
    const { topics } = await this.#peer.ask('CreateTopics', version, { topics: [topic], timeoutMs: 10_000, validateOnly })
    const [answer] = topics as [(typeof topics)[number]]
    if (answer.errorCode !== 0) return String(answer.errorCode)
    if (!validateOnly) this.#ids.set(name, answer.topicId)
    const set = (answer.configs ?? []).filter(({ configSource }) => configSource !== 3 && configSource !== 5)
    const shown = set.map(({ name: of, value, configSource }) => `${of}=${value}/${sources[configSource]}`)
    return [`0 ${answer.numPartitions}x${answer.replicationFactor}`, ...shown].join(' ')
  }

  /** `id:a` → by id, `a` → by name. */
  #named(word: string): { readonly name: string | null; readonly topicId: string } {
    if (!word.startsWith('id:')) return { name: this.#topic(word), topicId: ZERO_UUID }
    return { name: null, topicId: this.#ids.get(word.slice(3)) ?? UNKNOWN_ID }
  }

  async #delete(words: Words): Promise<string> {
    const version = words.version(6)
    const topics = words.rest.map(word => this.#named(word))
    const { responses } = await this.#peer.ask('DeleteTopics', version, {
      topics: version >= 6 ? topics : [],
      topicNames: version >= 6 ? [] : topics.map(({ name }) => name!),
      timeoutMs: 10_000,
    })
    return responses
      .map(({ name, errorCode }) => `${this.#shown(name)} ${errorCode}`)
      .toSorted()
      .join(', ')
  }

  async #grow(words: Words): Promise<string> {
    const version = words.version(3)
    const validateOnly = words.flag('validate')
    const assign = words.option('assign')
    const topics: { name: string; count: number; assignments: { brokerIds: number[] }[] | null }[] = []
    while (words.rest.length > 0) {
      const name = this.#topic(words.take())
      const assignments = assign?.split(';').map(ids => ({ brokerIds: ids.split(',').map(Number) })) ?? null
      topics.push({ name, count: Number(words.take()), assignments })
    }
    const { results } = await this.#peer.ask('CreatePartitions', version, { topics, timeoutMs: 10_000, validateOnly })
    return results.map(({ errorCode }) => errorCode).join(' ')
  }

  async #records(words: Words): Promise<string> {
    const version = words.version(2)
    const topics = words.rest.map(word => {
      const [, name, index, offset] = /^(.*?)(\d+):(-?\d+)$/.exec(word)!
      return { name: this.#topic(name!), partitions: [{ partitionIndex: Number(index), offset: Number(offset) }] }
    })
    const answer = await this.#peer.ask('DeleteRecords', version, { topics, timeoutMs: 10_000 })
    return answer.topics
      .flatMap(({ name, partitions }) =>
        partitions.map(
          ({ partitionIndex, errorCode, lowWatermark }) => `${this.#shown(name)}${partitionIndex} ${errorCode} ${lowWatermark}`,
        ),
      )
      .toSorted()
      .join(', ')
  }

  async #offsets(words: Words): Promise<string> {
    const [, name, index] = /^([a-z]+)(\d+)$/.exec(words.take())!
    const ask = async (timestamp: number) => {
      const { topics } = await this.#peer.ask('ListOffsets', 7, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [
          { name: this.#topic(name!), partitions: [{ partitionIndex: Number(index), currentLeaderEpoch: -1, timestamp }] },
        ],
      })
      const { errorCode, offset } = topics[0]!.partitions[0]!
      return errorCode === 0 ? String(offset) : `error ${errorCode}`
    }
    return `${await ask(-2)} to ${await ask(-1)}`
  }

  async #metadata(words: Words): Promise<string> {
    const version = words.version(12)
    const auto = words.flag('auto')
    const operations = words.flag('operations')
    const answer = await this.#peer.ask('Metadata', version, {
      topics: words.rest.map(word => {
        const wanted = this.#named(word)
        return version < 12 ? { ...wanted, name: wanted.name ?? '' } : wanted
      }),
      allowAutoTopicCreation: auto,
      includeTopicAuthorizedOperations: operations,
      includeClusterAuthorizedOperations: operations && version <= 10,
    })
    const topics = answer.topics.map(
      ({ name, errorCode, partitions, topicAuthorizedOperations }) =>
        `${this.#shown(name)} ${errorCode} ${partitions.length}${operations ? ` may ${topicAuthorizedOperations}` : ''}`,
    )
    const cluster = operations && version <= 10 ? [`cluster ${answer.clusterAuthorizedOperations}`] : []
    return [...topics.toSorted(), ...cluster].join(', ')
  }

  async #pages(words: Words): Promise<string> {
    const limit = words.option('limit')
    const cursor = words.option('cursor')?.split(':')
    const answer = await this.#peer.ask('DescribeTopicPartitions', 0, {
      responsePartitionLimit: limit === undefined ? 2000 : Number(limit),
      cursor: cursor === undefined ? null : { topicName: this.#topic(cursor[0]!), partitionIndex: Number(cursor[1]) },
      topics: words.rest.map(word => ({ name: this.#topic(word) })),
    })
    const topics = answer.topics.map(({ name, errorCode, partitions }) =>
      [this.#shown(name), errorCode, ...partitions.map(({ partitionIndex }) => partitionIndex)].join(' '),
    )
    const { nextCursor } = answer
    const next = nextCursor === null ? '' : ` | next ${this.#shown(nextCursor.topicName)} ${nextCursor.partitionIndex}`
    return `${topics.join(', ')}${next}`
  }

  // ── the cluster ───────────────────────────────────────────────────────────────────────────────────

  async #cluster(words: Words): Promise<string> {
    const version = words.version(2)
    const endpointType = Number(words.option('type') ?? '1')
    const includeClusterAuthorizedOperations = words.flag('operations')
    const answer = await this.#peer.ask('DescribeCluster', version, { endpointType, includeClusterAuthorizedOperations })
    if (answer.errorCode !== 0) return String(answer.errorCode)
    const brokers = answer.brokers.map(({ brokerId, rack, isFenced }) => `broker ${brokerId} ${rack}${isFenced ? ' fenced' : ''}`)
    return `0 controller ${answer.controllerId} ${brokers.join(' ')} may ${answer.clusterAuthorizedOperations}`
  }

  async #dirs(words: Words): Promise<string> {
    const version = words.version(5)
    const topics = words.rest.map(word => {
      const [, name, index] = /^(.*?)(\d+)$/.exec(word)!
      return { topic: this.#topic(name!), partitions: [Number(index)] }
    })
    const { errorCode, results } = await this.#peer.ask('DescribeLogDirs', version, { topics })
    if (errorCode !== 0) return String(errorCode)
    return results
      .map(result => {
        const partitions = result.topics.flatMap(({ name, partitions: of }) =>
          of.map(({ partitionIndex, partitionSize }) => `${this.#shown(name)}${partitionIndex} ${partitionSize}`),
        )
        const room = result.totalBytes > 0 && result.usableBytes > 0 ? ' of some room' : ''
        return `${result.errorCode}${room} ${partitions.toSorted().join(' ')}`
      })
      .join(', ')
  }

  async #move(words: Words): Promise<string> {
    const version = words.version(2)
    const { results } = await this.#peer.ask('DescribeLogDirs', 4, { topics: [] })
    const path = words.option('to') ?? results[0]!.logDir
    const topics = words.rest.map(word => {
      const [, name, index] = /^(.*?)(\d+)$/.exec(word)!
      return { name: this.#topic(name!), partitions: [Number(index)] }
    })
    const answer = await this.#peer.ask('AlterReplicaLogDirs', version, { dirs: [{ path, topics }] })
    return answer.results
      .flatMap(({ topicName, partitions }) =>
        partitions.map(({ partitionIndex, errorCode }) => `${this.#shown(topicName)}${partitionIndex} ${errorCode}`),
      )
      .toSorted()
      .join(', ')
  }

  async #quorum(words: Words): Promise<string> {
    const version = words.version(2)
    const topics = words.rest.map(word => {
      const [, topicName, index] = /^(.*?)(\d*)$/.exec(word)!
      return { topicName: topicName!, partitions: index === '' ? [] : [{ partitionIndex: Number(index) }] }
    })
    const answer = await this.#peer.ask('DescribeQuorum', version, { topics })
    const partitions = answer.topics.flatMap(({ topicName, partitions: of }) =>
      of.map(({ partitionIndex, errorCode, leaderId, highWatermark, currentVoters, observers }) => {
        if (errorCode !== 0) return `${topicName}${partitionIndex} ${errorCode}`
        const voters = currentVoters.map(({ replicaId, logEndOffset, lastFetchTimestamp }) =>
          [replicaId, logEndOffset === highWatermark ? 'at the end' : 'behind', lastFetchTimestamp > 0 ? 'now' : 'never'].join(
            ' ',
          ),
        )
        return `${topicName}${partitionIndex} 0 leader ${leaderId} voters ${voters.join(', ')} observers ${observers.length}`
      }),
    )
    const nodes = answer.nodes.map(({ nodeId, listeners }) => ` node ${nodeId} with ${listeners.length} listeners`)
    return [answer.errorCode, ...partitions].join(' ') + nodes.join('')
  }

  async #elect(words: Words): Promise<string> {
    const version = words.version(2)
    const electionType = Number(words.option('type') ?? '0')
    const topicPartitions = words.rest.map(word => {
      const [, name, index] = /^(.*?)(\d+)$/.exec(word)!
      return { topic: this.#topic(name!), partitions: [Number(index)] }
    })
    const answer = await this.#peer.ask('ElectLeaders', version, { electionType, topicPartitions, timeoutMs: 10_000 })
    const results = answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode }) => `${this.#shown(topic)}${partitionId} ${errorCode}`),
    )
    return [answer.errorCode, ...results.toSorted()].join(' ')
  }

  async #reassign(words: Words): Promise<string> {
    const version = words.version(1)
    const topics = words.rest.map(word => {
      const [, name, index, replicas] = /^(.*?)(\d+)=(.*)$/.exec(word)!
      const ids =
        replicas === 'null'
          ? null
          : replicas!
              .split(',')
              .filter(id => id !== '')
              .map(Number)
      return { name: this.#topic(name!), partitions: [{ partitionIndex: Number(index), replicas: ids }] }
    })
    const { errorCode, responses } = await this.#peer.ask('AlterPartitionReassignments', version, { topics, timeoutMs: 10_000 })
    const results = responses.flatMap(({ name, partitions }) =>
      partitions.map(partition => `${this.#shown(name)}${partition.partitionIndex} ${partition.errorCode}`),
    )
    return [errorCode, ...results.toSorted()].join(' ')
  }

  async #reassignments(): Promise<string> {
    const { errorCode, topics } = await this.#peer.ask('ListPartitionReassignments', 0, { topics: null, timeoutMs: 10_000 })
    return `${errorCode} ${topics.length}`
  }

  // ── quotas ────────────────────────────────────────────────────────────────────────────────────────

  async #quota(words: Words): Promise<string> {
    const version = words.version(1)
    const validateOnly = words.flag('validate')
    const entity = words
      .take()
      .split(',')
      .filter(part => part !== '')
      .map(part => {
        const { name: entityType, value } = nameAndValue(part)
        const own = entityType !== 'ip' && /^[a-z]+$/.test(value ?? '')
        return { entityType, entityName: value === '-' ? null : own ? this.#prefix + value : value }
      })
    const ops = words.rest.map(word => {
      if (word.endsWith('-')) return { key: word.slice(0, -1), value: 0, remove: true }
      const { name, value } = nameAndValue(word)
      return { key: name, value: Number(value), remove: false }
    })
    const { entries } = await this.#peer.ask('AlterClientQuotas', version, { entries: [{ entity, ops }], validateOnly })
    return entries.map(({ errorCode }) => errorCode).join(' ')
  }

  async #quotas(words: Words): Promise<string> {
    const version = words.version(1)
    const strict = words.flag('strict')
    const components = words.rest.map(word => {
      const { name: entityType, value } = nameAndValue(word)
      if (value === '-') return { entityType, matchType: 1, match: null }
      if (value === '*') return { entityType, matchType: 2, match: null }
      if (/^\d$/.test(value ?? '')) return { entityType, matchType: Number(value), match: null }
      return { entityType, matchType: 0, match: entityType === 'ip' ? value : this.#prefix + value }
    })
    const { errorCode, entries } = await this.#peer.ask('DescribeClientQuotas', version, { components, strict })
    if (errorCode !== 0) return String(errorCode)
    return entries!
      .map(({ entity, values }) => {
        const who = entity.map(
          ({ entityType, entityName }) => `${entityType}=${entityName === null ? '-' : this.#shown(entityName)}`,
        )
        const what = values.map(({ key, value }) => `${key}=${value}`)
        return `${who.toSorted().join(',')} ${what.toSorted().join(' ')}`
      })
      .toSorted()
      .join(' | ')
  }

  async #produce(words: Words): Promise<string> {
    const [, name, index] = /^([a-z]+)(\d+)$/.exec(words.take())!
    const records = batchOf(words.rest, this.#peer.nowMs())
    const { responses } = await this.#peer.ask('Produce', 11, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: this.#topic(name!), partitionData: [{ index: Number(index), records }] }],
    })
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    return errorCode === 0 ? `0 @${baseOffset}` : String(errorCode)
  }

  // ── properties ────────────────────────────────────────────────────────────────────────────────────

  #resource(text: string): { readonly resourceType: number; readonly resourceName: string } {
    const [type = '', name = ''] = text.split(':')
    const resourceType = resourceTypes[type] ?? Number(type)
    const own = resourceType === 2 || resourceType === 32 || resourceType === 16
    return { resourceType, resourceName: own && name !== '' ? this.#topic(name) : name }
  }

  async #set(words: Words): Promise<string> {
    const version = words.version(1)
    const validateOnly = words.flag('validate')
    const resource = this.#resource(words.take())
    const configs = words.rest.map(word => {
      const [, name = '', operator = '', value = ''] = /^(.*?)(\+=|-=|=|-$)(.*)$/.exec(word)!
      return { name, configOperation: ['=', '-', '+=', '-='].indexOf(operator), value: operator === '-' ? null : textOf(value) }
    })
    const { responses } = await this.#peer.ask('IncrementalAlterConfigs', version, {
      resources: [{ ...resource, configs }],
      validateOnly,
    })
    return responses.map(({ errorCode }) => errorCode).join(' ')
  }

  async #replace(words: Words): Promise<string> {
    const version = words.version(2)
    const validateOnly = words.flag('validate')
    const resource = this.#resource(words.take())
    const configs = words.rest.map(nameAndValue)
    const { responses } = await this.#peer.ask('AlterConfigs', version, { resources: [{ ...resource, configs }], validateOnly })
    return responses.map(({ errorCode }) => errorCode).join(' ')
  }

  async #configs(words: Words): Promise<string> {
    const version = words.version(4)
    const resource = this.#resource(words.take())
    const { results } = await this.#peer.ask('DescribeConfigs', version, {
      resources: [{ ...resource, configurationKeys: words.rest.length === 0 ? null : words.rest }],
      includeSynonyms: true,
      includeDocumentation: false,
    })
    const [{ errorCode, configs }] = results as [(typeof results)[number]]
    if (errorCode !== 0) return String(errorCode)
    if (words.rest.length === 0 && configs.length > 20) return `${configs.length} properties`
    return configs
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, value, configSource, readOnly, isSensitive, configType, synonyms }) => {
        const marks = [types[configType], ...(readOnly ? ['read-only'] : []), ...(isSensitive ? ['secret'] : [])]
        const others = synonyms.map(synonym => `${sources[synonym.source]} ${synonym.name}=${synonym.value}`)
        return `${name}=${value}/${sources[configSource]} ${marks.join(' ')} [${others.join(', ')}]`
      })
      .join(' | ')
  }

  async #resources(words: Words): Promise<string> {
    const version = words.version(1)
    const wanted = words.rest.map(type => resourceTypes[type] ?? Number(type))
    const { errorCode, configResources } = await this.#peer.ask('ListConfigResources', version, { resourceTypes: wanted })
    if (errorCode !== 0) return String(errorCode)
    return configResources
      .filter(({ resourceType, resourceName }) => resourceType !== 2 || resourceName.startsWith(this.#prefix))
      .map(({ resourceType, resourceName }) => `${resourceNames.get(resourceType)}:${this.#shown(resourceName)}`)
      .join(' ')
  }
}

const textOf = (text: string): string | null => (text === 'null' ? null : text)

function nameAndValue(word: string): { readonly name: string; readonly value: string | null } {
  const at = word.indexOf('=')
  return { name: word.slice(0, at), value: textOf(word.slice(at + 1)) }
}
