// A plain Kafka producer, which knows nothing of Millrace: an order of each customer every ten seconds of the times given.
//
//     node produce.mjs 10:00 10:03
import { Kafka, Partitioners, logLevel } from 'kafkajs'

const [from, to] = process.argv.slice(2).map(time => Date.parse(`2024-05-01T${time}:00Z`))
const customers = ['ann', 'bob', 'dan']

const kafka = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'], logLevel: logLevel.ERROR })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
await producer.connect()

const messages = []
for (let at = from; at < to; at += 10_000) {
  for (const [i, customer] of customers.entries()) {
    const order = { customer, amount: 10 * (i + 1) + ((at / 10_000) % 6), ordered: new Date(at).toISOString() }
    messages.push({ key: customer, value: JSON.stringify(order) })
  }
}
await producer.send({ topic: 'orders', messages })
await producer.disconnect()
console.log(`${messages.length} orders`)
