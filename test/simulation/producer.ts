/** An idempotent producer that sends again what was not acknowledged, with the same sequences, in order, at most five at once. */
import type { Random } from '#src/base/random.ts'
import type { TestClient } from '#src/testing/broker.ts'

const MOST_IN_FLIGHT = 5
/** The disk takes nothing at the moment; and what follows a batch that was refused for that. */
const STORAGE = 56
const OUT_OF_ORDER = 45

interface Batch {
  readonly values: readonly string[]
  readonly baseSequence: number
  acknowledged: boolean
  sent: boolean
}

/** One partition's batches: those acknowledged, those in flight, those still to be sent. */
interface Lane {
  readonly topic: string
  readonly partition: number
  readonly batches: Batch[]
  nextSequence: number
  nextValue: number
  inFlight: number
  /** Something was refused for the moment: once nothing is in flight, everything is sent again. */
  stalled: boolean
}

const acknowledgedOf = (lane: Lane): number => lane.batches[0]?.baseSequence ?? lane.nextSequence

export class SimulatedProducer {
  readonly #name: string
  readonly #random: Random
  readonly #lanes = new Map<string, Lane>()
  #producerId = -1
  #client: TestClient | undefined
  #failure: Error | undefined

  constructor(number: number, random: Random) {
    this.#name = `p${number}`
    this.#random = random
  }

  get written(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.nextValue, 0)
  }

  /** Records whose acknowledgement it has heard. */
  get acknowledged(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + acknowledgedOf(lane), 0)
  }

  /** Batches that it has not heard of. */
  get pending(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.batches.length, 0)
  }

  /** A new connection after a crash: everything without an answer is to be sent again. */
  async connect(client: TestClient): Promise<void> {
    this.#client = client
    if (this.#producerId < 0) {
      const { producerId } = await client.ask('InitProducerId', 4, { transactionalId: null, transactionTimeoutMs: 1000 })
      this.#producerId = producerId
    }
    for (const lane of this.#lanes.values()) {
      for (const batch of lane.batches) batch.sent = false
      Object.assign(lane, { inFlight: 0, stalled: false })
      this.#pump(client, lane)
    }
  }

  send(client: TestClient, topic: string, partition: number): void {
    const key = `${topic}/${partition}`
    let lane = this.#lanes.get(key)
    if (lane === undefined)
      this.#lanes.set(key, (lane = { topic, partition, batches: [], nextSequence: 0, nextValue: 0, inFlight: 0, stalled: false }))
    const count = 1 + Math.floor(this.#random.next() * 4)
    const values: string[] = []
    // Some batches are large, so that they are torn across pages.
    const padding = this.#random.next() < 0.1 ? 'x'.repeat(Math.floor(this.#random.next() * 20_000)) : ''
    for (let i = 0; i < count; i++) values.push(`${this.#name}:${lane.nextValue++}:${padding}`)
    lane.batches.push({ values, baseSequence: lane.nextSequence, acknowledged: false, sent: false })
    lane.nextSequence += count
    this.#pump(client, lane)
  }

  /** Sends until everything is acknowledged. */
  async finish(client: TestClient): Promise<void> {
    await this.connect(client)
    while (
      this.#failure === undefined &&
      [...this.#lanes.values()].some(lane => lane.batches.some(batch => !batch.acknowledged))
    ) {
      await new Promise(resolve => setImmediate(resolve))
      for (const lane of this.#lanes.values()) this.#pump(client, lane)
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  #pump(client: TestClient, lane: Lane): void {
    if (lane.stalled) return
    const open = lane.batches.filter(batch => !batch.acknowledged)
    for (const batch of open.slice(0, MOST_IN_FLIGHT)) {
      if (batch.sent) continue
      batch.sent = true
      lane.inFlight++
      this.#produce(client, lane, batch).catch(error => {
        // A connection of a broker that stopped or failed says nothing any more.
        if (client === this.#client && !error.message.startsWith('closed before')) this.#failure ??= error
      })
    }
  }

  async #produce(client: TestClient, lane: Lane, batch: Batch): Promise<void> {
    const { producerId, epoch } = { producerId: this.#producerId, epoch: 0 }
    const answer = await client.produce(lane.topic, lane.partition, batch.values, {
      producerId,
      producerEpoch: epoch,
      baseSequence: batch.baseSequence,
    })
    if (client !== this.#client) return
    lane.inFlight--
    // Acknowledged is acknowledged: whatever happens later, these records stay.
    if (answer.errorCode === 0) {
      batch.acknowledged = true
      while (lane.batches.length > 0 && lane.batches[0]!.acknowledged) lane.batches.shift()
    } else if (answer.errorCode === STORAGE || (answer.errorCode === OUT_OF_ORDER && lane.stalled)) lane.stalled = true
    else
      throw new Error(
        `${this.#name}: ${lane.topic}-${lane.partition} sequence ${batch.baseSequence} was refused: ${answer.errorCode} ${answer.errorMessage}`,
      )
    if (!lane.stalled) this.#pump(client, lane)
    else if (lane.inFlight === 0) {
      lane.stalled = false
      for (const waiting of lane.batches) waiting.sent = false
    }
  }

  /** Each of its records once and in order; those acknowledged all there. `cut`: the first ones may have been deleted. */
  check(topic: string, partition: number, values: readonly string[], cut: boolean): void {
    if (this.#failure !== undefined) throw this.#failure
    const lane = this.#lanes.get(`${topic}/${partition}`)
    const own = values.filter(value => value.startsWith(`${this.#name}:`)).map(value => Number(value.split(':')[1]))
    const where = `${topic}-${partition}, producer ${this.#name}`
    for (let i = 1; i < own.length; i++)
      if (own[i] !== own[i - 1]! + 1) throw new Error(`${where}: ${own[i]} follows ${own[i - 1]}`)
    if (own.length > 0 && own[0] !== 0 && !cut) throw new Error(`${where}: begins with ${own[0]}`)
    const acknowledged = lane === undefined ? 0 : acknowledgedOf(lane)
    const last = own.at(-1) ?? -1
    if (last + 1 < acknowledged && !(cut && own.length === 0))
      throw new Error(`${where}: ${acknowledged} records were acknowledged, the last one there is ${last}`)
  }
}
