/**
 * Conversations with a broker about its topics and properties, one request a line, with what it answers behind the arrow. Those in
 * test/kafka/admin were held with a real Kafka.
 *
 *     create a 2x1 retention.ms=1000                      → 0 2x1 retention.ms=1000/topic
 *     set topic:a retention.ms=5 cleanup.policy+=compact  → 0                 k=v sets, k- deletes, k+=v appends, k-=v subtracts
 *     replace topic:a retention.ms=5                      → 0                 AlterConfigs
 *     configs topic:a retention.ms                        → retention.ms=5/topic long [topic retention.ms=5]
 *     resources group                                     → group:g
 *
 * Topics and groups have names of their own in every run. `v1`: the version. `validate`: nothing is changed.
 */
import type { Peer } from './transaction-script.ts'
import { batchOf } from './broker.ts'

const resourceTypes: Readonly<Record<string, number>> = { topic: 2, broker: 4, logger: 8, metrics: 16, group: 32 }
const resourceNames = new Map(Object.entries(resourceTypes).map(([name, type]) => [type, name]))
const sources = ['', 'topic', 'broker', 'all', 'start', 'default', 'logger', 'metrics', 'group']
const types = ['-', 'boolean', 'string', 'int', 'short', 'long', 'double', 'list', 'class', 'password']

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
    this.#ids.set(name, answer.topicId)
    if (answer.errorCode !== 0) return String(answer.errorCode)
    const set = (answer.configs ?? []).filter(({ configSource }) => configSource !== 3 && configSource !== 5)
    const shown = set.map(({ name: of, value, configSource }) => `${of}=${value}/${sources[configSource]}`)
    return [`0 ${answer.numPartitions}x${answer.replicationFactor}`, ...shown].join(' ')
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
