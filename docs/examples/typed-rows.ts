import { Millrace } from 'millrace'

interface Order {
  id: bigint
  item: string
  amount: string
  at: string | null
}

const db = await Millrace.open()
const result = await db.execute<Order>(
  `SELECT id, item, amount, CAST(NULL AS TIMESTAMP(3)) AS \`at\`
   FROM (VALUES (CAST(1 AS BIGINT), 'tea', 2.50), (CAST(2 AS BIGINT), 'jam', 4.00)) AS t (id, item, amount)
   WHERE amount < :most AND item <> :other`,
  { most: { type: 'DECIMAL(10, 2)', value: '3.00' }, other: 'rum' },
)
const orders: Order[] = await result.toArray()
console.log(orders)
await db.close()
