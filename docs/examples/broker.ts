import { Millrace } from 'millrace'
import { Broker } from 'millrace/broker'

// In memory, on any free port. Any Kafka client may connect to `broker.bootstrap`.
const broker = await Broker.start()
const db = await Millrace.open()
await db.execute(`CREATE TABLE orders (customer STRING, amount INT, place BIGINT METADATA FROM 'offset' VIRTUAL) WITH (
  'connector' = 'kafka', 'topic' = 'orders', 'properties.bootstrap.servers' = '${broker.bootstrap}', 'format' = 'json',
  'scan.startup.mode' = 'earliest-offset'
)`)
await db.execute(`INSERT INTO orders VALUES ('ann', 5), ('bob', 7), ('ann', 2)`)

// The topic never ends: leaving the loop cancels the query.
for await (const order of (await db.execute('SELECT * FROM orders')).rows()) {
  console.log(order)
  if (order.place === 2n) break
}
await db.close()
await broker.stop()
