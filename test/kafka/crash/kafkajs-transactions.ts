/** A real client among those who write while the broker dies: transactions of kafkajs over two partitions and a group's offset. */
import { Kafka, type Producer, logLevel } from 'kafkajs'
import type { TestClient } from '#src/testing/broker.ts'
import type { SimulatedTransaction } from '../../simulation/transactional-producer.ts'

const CONCURRENT_TRANSACTIONS = 51

export class KafkaJsTransactions {
  readonly name = 'kafkajs'
  readonly topic = 'kafkajs'
  readonly groupId = 'kafkajs'
  readonly partitions = 2
  readonly transactions: SimulatedTransaction[] = []
  /** Instances that it needed. */
  instances = 0

  /** Until the broker is gone. */
  async run(port: number, alive: { readonly now: boolean }): Promise<void> {
    const kafka = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 30, maxRetryTime: 100, retries: 2 },
    })
    const producer = kafka.producer({
      transactionalId: this.name,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: 30_000,
    })
    this.instances++
    await producer.connect()
    try {
      while (alive.now) await this.#transact(producer)
    } finally {
      await producer.disconnect()
    }
  }

  async #transact(producer: Producer): Promise<void> {
    const number = this.transactions.length
    const texts = (partition: number) => [`${this.name}:${number}:${partition}a`, `${this.name}:${number}:${partition}b`]
    const noted: SimulatedTransaction = { number, values: new Map(), movesOffset: false, fate: 'open' }
    const transaction = await producer.transaction()
    this.transactions.push(noted)
    const partitions = [0, 1]
    const messages = partitions.flatMap(partition => texts(partition).map(value => ({ partition, value })))
    await transaction.send({ topic: this.topic, messages })
    for (const partition of partitions) noted.values.set(partition, texts(partition))
    const offsets = [{ topic: this.topic, partitions: [{ partition: 0, offset: String(number) }] }]
    await transaction.sendOffsets({ consumerGroupId: this.groupId, topics: offsets })
    noted.movesOffset = true
    if (number % 3 === 2) {
      noted.fate = 'aborted'
      return transaction.abort()
    }
    noted.fate = 'unknown'
    await transaction.commit()
    noted.fate = 'committed'
  }

  /** Takes the transactional id from whoever had it: what was open is aborted. */
  async fence(client: TestClient): Promise<void> {
    for (;;) {
      const request = { transactionalId: this.name, transactionTimeoutMs: 30_000 }
      const { errorCode } = await client.ask('InitProducerId', 4, request)
      if (errorCode === 0) break
      if (errorCode !== CONCURRENT_TRANSACTIONS) throw new Error(`${this.name} can not be fenced: error ${errorCode}`)
    }
    for (const transaction of this.transactions) if (transaction.fate === 'open') transaction.fate = 'aborted'
  }
}
