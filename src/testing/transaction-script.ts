/**
 * Conversations with a broker about transactions, one request a line, with what it answers behind the arrow. Those in test/kafka/transactions
 * were held with a real Kafka.
 *
 *     topics a:2                                   makes topics
 *     p = init t v4                                → 0 A/0             producer p is A with epoch 0 from now on
 *     add p v3 a0 a1                             → a0 0, a1 0
 *     produce p v11 a0 seq=0 x y                  → 0 @0
 *     end p+1 v4 commit                            → 90                the same producer, an epoch later
 *     init! t v4                                   → 51                without the mark, 51 is asked again until it is another
 *     fetch a0 committed                          → x y | stable 3 of 3
 *     wait 12s, bump 32765 t, delete-records a0:10
 *
 * Partitions are a topic's letter and a number. Producer ids are letters, in the order in which they come up. Every script has topics, groups and transactional ids of its own.
 */
import { type TestBroker, type TestClient, batchOf, recordsOf, settled } from './broker.ts'

/** Somebody who speaks Kafka's protocol. */
export interface Peer {
  readonly ask: TestClient['ask']
  nowMs(): number
  /** As if a producer had been initialized so many times more; without it, it is. */
  skipEpochs?(transactionalId: string, count: number): void
  /** Lets time pass: its own, or ours. */
  wait(ms: number): Promise<void>
  /** What a broker does behind an answer is done. */
  settle(): Promise<void>
}

interface Producer {
  readonly transactionalId: string | null
  readonly producerId: number
  readonly epoch: number
}

export interface Step {
  readonly request: string
  readonly answer: string | undefined
}

export const stepsOf = (text: string): readonly Step[] =>
  text.split('\n').map(line => {
    const [request, answer] = line.split('→')
    return { request: request!.trimEnd(), answer: answer?.trim() }
  })

const ANSWER_COLUMN = 56

export const printStep = ({ request, answer }: Step): string =>
  answer === undefined ? request : `${request.padEnd(ANSWER_COLUMN)} → ${answer}`

/** They ask and change nothing. */
const looks: ReadonlySet<string> = new Set(['fetch', 'list', 'describe', 'producers'])

const MOST_TRIES = 200
const RETRY_MS = 20
const UNKNOWN_PRODUCER = 987_654_321

/** Our broker. Its time stands still but for lines that say so, and for answers that come only with time. */
export class BrokerPeer implements Peer {
  readonly #broker: TestBroker
  readonly #client: TestClient

  constructor(broker: TestBroker) {
    this.#broker = broker
    this.#client = broker.connect()
  }

  ask: Peer['ask'] = async (api, version, request) => {
    const answer = this.#client.ask(api, version, request)
    const told = answer.then(
      () => true,
      () => true,
    )
    const soon = settled().then(() => false)
    if (!(await Promise.race([told, soon]))) await this.#broker.time.pass(PATIENCE_MS)
    return answer
  }

  nowMs(): number {
    return this.#broker.time.clock.nowMs()
  }

  skipEpochs(transactionalId: string, count: number): void {
    this.#broker.broker.transactions.get(transactionalId)!.epoch += count
  }

  wait(ms: number): Promise<void> {
    return this.#broker.time.pass(ms)
  }

  settle(): Promise<void> {
    return settled()
  }
}

/** An answer that does not come without time is waited for so long. */
const PATIENCE_MS = 100

/** What comes of a script with this broker, in the notation. */
export async function told(
  broker: TestBroker,
  script: string,
  conversation = new Conversation(new BrokerPeer(broker)),
): Promise<string> {
  const lines: string[] = []
  for (const { request } of stepsOf(script)) lines.push(printStep({ request, answer: await conversation.step(request) }))
  return lines.join('\n')
}

/** One script's way through a broker. */
export class Conversation {
  readonly #peer: Peer
  readonly #prefix: string
  readonly #producers = new Map<string, Producer>()
  readonly #letters = new Map<number, string>()

  /** `prefix`: of everything that has a name. */
  constructor(peer: Peer, prefix = '') {
    this.#peer = peer
    this.#prefix = prefix
  }

  /** Does what a line says; answers what the broker does, undefined for a line that asks nothing. */
  async step(line: string): Promise<string | undefined> {
    const text = line.replace(/#.*/, '').trim()
    if (text === '') return undefined
    const [, name, command, eager, rest] = /^(?:(\w+) = )?([a-z-]+)(!?) ?(.*)$/.exec(text)!
    const words = new Words(rest!.split(' ').filter(word => word !== ''))
    if (looks.has(command!)) await this.#peer.settle()
    for (let tries = 0; ; tries++) {
      const answer = await this.#do(command!, words, name)
      if (eager === '!' || tries === MOST_TRIES || !isEarly(command!, answer)) return answer
      await this.#peer.wait(RETRY_MS)
    }
  }

  async #do(command: string, words: Words, name: string | undefined): Promise<string | undefined> {
    switch (command) {
      case 'topics':
        return this.#topics(words)
      case 'bump':
        return this.#bump(words)
      case 'settle':
        await this.#peer.settle()
        return undefined
      case 'wait':
        await this.#peer.wait(Number.parseInt(words.at(0), 10) * 1000)
        return undefined
      case 'init':
        return this.#init(words, name)
      case 'add':
        return this.#add(words)
      case 'add-offsets':
        return this.#addOffsets(words)
      case 'produce':
        return this.#produce(words)
      case 'offsets':
        return this.#offsets(words)
      case 'end':
        return this.#end(words, name)
      case 'describe':
        return this.#describe(words)
      case 'list':
        return this.#list(words)
      case 'producers':
        return this.#activeProducers(words)
      case 'markers':
        return this.#markers(words)
      case 'fetch':
        return this.#fetch(words)
      case 'delete-records':
        return this.#deleteRecords(words)
      default:
        throw new Error(`no command '${command}'`)
    }
  }

  async #topics(words: Words): Promise<undefined> {
    const wanted = words.rest.map(word => word.split(':'))
    const topics = wanted.map(([name, count]) => ({
      name: this.#prefix + name,
      numPartitions: Number(count),
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    const answer = await this.#peer.ask('CreateTopics', 7, { topics, timeoutMs: 10_000 })
    const failed = answer.topics.filter(topic => topic.errorCode !== 0)
    if (failed.length > 0) throw new Error(`topics not made: ${JSON.stringify(failed)}`)
    await this.#peer.settle()
    return undefined
  }

  async #init(words: Words, name: string | undefined): Promise<string> {
    const id = words.at(0)
    const transactionalId = id === '-' ? null : id === "''" ? '' : this.#prefix + id
    const as = words.option('as')
    const known = as === undefined ? undefined : this.#producer(as)
    const answer = await this.#peer.ask('InitProducerId', words.version, {
      transactionalId,
      transactionTimeoutMs: Number(words.option('timeout') ?? 60_000),
      ...(known === undefined ? {} : { producerId: known.producerId, producerEpoch: known.epoch }),
    })
    if (answer.errorCode === 0 && name !== undefined)
      this.#producers.set(name, { transactionalId, producerId: answer.producerId, epoch: answer.producerEpoch })
    return `${answer.errorCode}${this.#who(answer)}`
  }

  /** `bump 32765 t`: initializes it so often. */
  async #bump(words: Words): Promise<undefined> {
    const [count, id] = [Number(words.at(0)), words.at(1)]
    if (this.#peer.skipEpochs !== undefined) this.#peer.skipEpochs(this.#prefix + id, count)
    else for (let i = 0; i < count; i++) await this.step(`init ${id} v4`)
    return undefined
  }

  async #add(words: Words): Promise<string> {
    const producer = this.#producer(words.at(0))
    const topics = this.#grouped(words.partitions).map(([name, list]) => ({ name, partitions: list.map(one => one.partition) }))
    const transactionalId = this.#transactionalId(words, producer)
    const { producerId, epoch: producerEpoch } = producer
    if (words.version < 4) {
      const answer = await this.#peer.ask('AddPartitionsToTxn', words.version, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: topics,
      })
      return this.#results(answer.resultsByTopicV3AndBelow)
    }
    const answer = await this.#peer.ask('AddPartitionsToTxn', words.version, {
      transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: words.has('verify'), topics }],
    })
    if (answer.errorCode !== 0) return String(answer.errorCode)
    return answer.resultsByTransaction.map(one => this.#results(one.topicResults)).join('; ')
  }

  #results(
    topics: readonly {
      readonly name: string
      readonly resultsByPartition: readonly { readonly partitionIndex: number; readonly partitionErrorCode: number }[]
    }[],
  ): string {
    return topics
      .flatMap(({ name, resultsByPartition }) =>
        resultsByPartition.map(one => `${this.#short(name)}${one.partitionIndex} ${one.partitionErrorCode}`),
      )
      .toSorted()
      .join(', ')
  }

  async #addOffsets(words: Words): Promise<string> {
    const producer = this.#producer(words.at(0))
    const answer = await this.#peer.ask('AddOffsetsToTxn', words.version, {
      transactionalId: this.#transactionalId(words, producer),
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      groupId: this.#prefix + words.at(1),
    })
    return String(answer.errorCode)
  }

  async #produce(words: Words): Promise<string> {
    const producer = this.#producer(words.at(0))
    const [{ topic, partition }] = words.partitions as [TopicPartition]
    const values = words.plain.slice(1).filter(word => word !== 'outside' && word !== 'nameless')
    const idempotent = producer.producerId >= 0
    const records = batchOf(values, this.#peer.nowMs(), {
      producerId: idempotent ? producer.producerId : -1,
      producerEpoch: idempotent ? producer.epoch : -1,
      baseSequence: idempotent ? Number(words.option('seq') ?? 0) : -1,
      transactional: !words.has('outside'),
    })
    const named = words.has('nameless') || words.has('outside') ? null : this.#transactionalId(words, producer)
    const answer = await this.#peer.ask('Produce', words.version, {
      transactionalId: named,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: this.#prefix + topic, partitionData: [{ index: partition, records }] }],
    })
    const { errorCode, baseOffset } = answer.responses[0]!.partitionResponses[0]!
    return errorCode === 0 ? `0 @${baseOffset}` : String(errorCode)
  }

  async #offsets(words: Words): Promise<string> {
    const producer = this.#producer(words.at(0))
    const topics = this.#grouped(words.partitions).map(([name, list]) => ({
      name,
      partitions: list.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        committedMetadata: '',
      })),
    }))
    const member = words.option('member')
    const generation = words.option('generation')
    const answer = await this.#peer.ask('TxnOffsetCommit', words.version, {
      transactionalId: this.#transactionalId(words, producer),
      groupId: this.#prefix + words.at(1),
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      ...(member === undefined ? {} : { memberId: member }),
      ...(generation === undefined ? {} : { generationId: Number(generation) }),
      topics,
    })
    return answer.topics
      .flatMap(({ name, partitions }) => partitions.map(one => `${this.#short(name)}${one.partitionIndex} ${one.errorCode}`))
      .toSorted()
      .join(', ')
  }

  async #end(words: Words, name: string | undefined): Promise<string> {
    const producer = this.#producer(words.at(0))
    const answer = await this.#peer.ask('EndTxn', words.version, {
      transactionalId: this.#transactionalId(words, producer),
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      committed: words.has('commit'),
    })
    const { errorCode, producerId, producerEpoch } = answer
    if (errorCode === 0 && name !== undefined && producerId >= 0)
      this.#producers.set(name, { ...producer, producerId, epoch: producerEpoch })
    return words.version < 5 ? String(errorCode) : `${errorCode}${this.#who({ producerId, producerEpoch })}`
  }

  async #describe(words: Words): Promise<string> {
    const id = words.at(0)
    const answer = await this.#peer.ask('DescribeTransactions', 0, { transactionalIds: [id === "''" ? '' : this.#prefix + id] })
    const [state] = answer.transactionStates
    if (state!.errorCode !== 0) return String(state!.errorCode)
    const partitions = state!.topics
      .flatMap(({ topic, partitions }) =>
        topic === '__consumer_offsets' ? ['offsets'] : partitions.map(partition => `${this.#short(topic)}${partition}`),
      )
      .toSorted()
    const began = state!.transactionStartTimeMs > 0 ? ' began' : ''
    return `${state!.transactionState}${this.#who(state!)} ${state!.transactionTimeoutMs}${began} ${partitions.join(' ')}`.trimEnd()
  }

  async #list(words: Words): Promise<string> {
    const states = words.option('state')
    const producer = words.option('producer')
    const duration = words.option('duration')
    const pattern = words.option('pattern')
    const answer = await this.#peer.ask('ListTransactions', words.version, {
      stateFilters: states?.split(',') ?? [],
      producerIdFilters: producer === undefined ? [] : [this.#producer(producer).producerId],
      ...(duration === undefined ? {} : { durationFilter: Number(duration) }),
      ...(pattern === undefined ? {} : { transactionalIdPattern: pattern.replace('^', this.#prefix) }),
    })
    const found = answer.transactionStates
      .filter(one => one.transactionalId.startsWith(this.#prefix))
      .map(one => `${this.#short(one.transactionalId)} ${this.#letter(one.producerId)} ${one.transactionState}`)
      .toSorted()
    const unknown = answer.unknownStateFilters.map(state => `unknown ${state}`)
    return [String(answer.errorCode), ...found, ...unknown].join(', ')
  }

  async #activeProducers(words: Words): Promise<string> {
    const [{ topic, partition }] = words.partitions as [TopicPartition]
    const answer = await this.#peer.ask('DescribeProducers', 0, {
      topics: [{ name: this.#prefix + topic, partitionIndexes: [partition] }],
    })
    const { errorCode, activeProducers } = answer.topics[0]!.partitions[0]!
    if (errorCode !== 0) return String(errorCode)
    return activeProducers
      .map(
        one =>
          `${this.#letter(one.producerId)}/${one.producerEpoch} last ${one.lastSequence} coordinator ${one.coordinatorEpoch} open ${one.currentTxnStartOffset}`,
      )
      .toSorted()
      .join(', ')
  }

  async #markers(words: Words): Promise<string> {
    const producer = this.#producer(words.at(0))
    const answer = await this.#peer.ask('WriteTxnMarkers', words.version, {
      markers: [
        {
          producerId: producer.producerId,
          producerEpoch: producer.epoch,
          transactionResult: words.has('commit'),
          topics: this.#grouped(words.partitions).map(([name, list]) => ({
            name,
            partitionIndexes: list.map(one => one.partition),
          })),
          coordinatorEpoch: Number(words.option('coordinator') ?? 0),
          transactionVersion: Number(words.option('tv') ?? 0),
        },
      ],
    })
    return answer.markers
      .flatMap(marker =>
        marker.topics.flatMap(({ name, partitions }) =>
          partitions.map(one => `${this.#short(name)}${one.partitionIndex} ${one.errorCode}`),
        ),
      )
      .toSorted()
      .join(', ')
  }

  async #fetch(words: Words): Promise<string> {
    const [{ topic, partition }] = words.partitions as [TopicPartition]
    const committed = words.has('committed')
    const answer = await this.#peer.ask('Fetch', 11, {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1 << 20,
      isolationLevel: committed ? 1 : 0,
      topics: [
        {
          topic: this.#prefix + topic,
          partitions: [{ partition, fetchOffset: Number(words.option('from') ?? 0), partitionMaxBytes: 1 << 20 }],
        },
      ],
    })
    const found = answer.responses[0]!.partitions[0]!
    if (found.errorCode !== 0) return String(found.errorCode)
    const values = recordsOf(found.records ?? new Uint8Array()).map(record => record.value)
    const aborted = found.abortedTransactions
    const told =
      aborted
        ?.map(one => `${this.#letter(one.producerId)}@${one.firstOffset}`)
        .toSorted()
        .join(' ') ?? ''
    return `${values.join(' ') || 'nothing'} | stable ${found.lastStableOffset} of ${found.highWatermark}${told === '' ? '' : ` | aborted ${told}`}`
  }

  async #deleteRecords(words: Words): Promise<string> {
    const [{ topic, partition, offset }] = words.partitions as [TopicPartition]
    const answer = await this.#peer.ask('DeleteRecords', 2, {
      topics: [{ name: this.#prefix + topic, partitions: [{ partitionIndex: partition, offset }] }],
      timeoutMs: 10_000,
    })
    const { errorCode, lowWatermark } = answer.topics[0]!.partitions[0]!
    return errorCode === 0 ? `0 from ${lowWatermark}` : String(errorCode)
  }

  // ── names ─────────────────────────────────────────────────────────────────────────────────────────

  /** `p`, `p+1` an epoch later, `p/7` with epoch 7, `?` nobody's, `-` none at all. */
  #producer(text: string): Producer {
    if (text === '-') return { transactionalId: null, producerId: -1, epoch: -1 }
    if (text === '?') return { transactionalId: 'nobody', producerId: UNKNOWN_PRODUCER, epoch: 0 }
    const [, name, sign, number] = /^(\w+?)(?:([-+/])(-?\d+))?$/.exec(text)!
    const producer = this.#producers.get(name!)
    if (producer === undefined) throw new Error(`no producer '${name}'`)
    if (sign === undefined) return producer
    return { ...producer, epoch: sign === '/' ? Number(number) : producer.epoch + Number(sign + number) }
  }

  #transactionalId(words: Words, producer: Producer): string {
    const other = words.option('in')
    if (other === "''") return ''
    return other === undefined ? (producer.transactionalId ?? '') : this.#prefix + other
  }

  #who({ producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number }): string {
    return producerId < 0 ? '' : ` ${this.#letter(producerId)}/${producerEpoch}`
  }

  #letter(producerId: number): string {
    let letter = this.#letters.get(producerId)
    if (letter === undefined) this.#letters.set(producerId, (letter = String.fromCharCode(65 + this.#letters.size)))
    return letter
  }

  #short(name: string): string {
    return name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name
  }

  #grouped(partitions: readonly TopicPartition[]): readonly (readonly [string, readonly TopicPartition[]])[] {
    const names = [...new Set(partitions.map(one => one.topic))]
    return names.map(name => [this.#prefix + name, partitions.filter(one => one.topic === name)] as const)
  }
}

interface TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Not yet, says some part of the answer: 51 CONCURRENT_TRANSACTIONS, 19 in its place, or a coordinator that is being loaded. */
const isEarly = (command: string, answer: string | undefined): boolean =>
  !looks.has(command) && /(^|\s)(51|19|14|15|16)($|[\s,;])/.test(answer ?? '')

/** `p v11 a0 seq=0 x y`: what is said behind a command. */
class Words {
  readonly rest: readonly string[]

  constructor(rest: readonly string[]) {
    this.rest = rest
  }

  at(i: number): string {
    const word = this.plain[i]
    if (word === undefined) throw new Error(`word ${i} of '${this.rest.join(' ')}' is missing`)
    return word
  }

  /** Neither versions, options nor partitions. */
  get plain(): readonly string[] {
    return this.rest.filter(word => !/^v\d+$|=|^[a-d]\d(:-?\d+)?$/.test(word))
  }

  get version(): number {
    return Number(this.rest.find(word => /^v\d+$/.test(word))!.slice(1))
  }

  get partitions(): readonly TopicPartition[] {
    return this.rest
      .filter(word => /^[a-d]\d(:-?\d+)?$/.test(word))
      .map(word => {
        const [, topic, partition, offset] = /^([a-d])(\d)(?::(-?\d+))?$/.exec(word)!
        return { topic: topic!, partition: Number(partition), offset: Number(offset ?? 0) }
      })
  }

  option(name: string): string | undefined {
    return this.rest.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1)
  }

  has(word: string): boolean {
    return this.rest.includes(word)
  }
}
