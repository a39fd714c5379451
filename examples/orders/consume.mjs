// A plain Kafka consumer: prints so many results and goes.
//
//     node consume.mjs 6
import { Kafka, logLevel } from 'kafkajs'

const wanted = Number(process.argv[2])
const kafka = new Kafka({ clientId: 'reports', brokers: ['localhost:9092'], logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: 'reports' })
await consumer.connect()
await consumer.subscribe({ topic: 'revenue', fromBeginning: true })

const lines = []
await new Promise((resolve, reject) => {
  consumer
    .run({
      eachMessage: async ({ topic, partition, message }) => {
        if (lines.length >= wanted) return
        lines.push(`${message.key} ${message.value}`)
        await consumer.commitOffsets([{ topic, partition, offset: `${Number(message.offset) + 1}` }])
        if (lines.length === wanted) resolve()
      },
      autoCommit: false,
    })
    .catch(reject)
})
await consumer.disconnect()
for (const line of lines.toSorted()) console.log(line)
