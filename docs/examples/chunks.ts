import { Millrace, rowAt } from 'millrace'

const db = await Millrace.open()
await db.execute(`CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '10000000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '10000'
)`)

let total = 0n
let last: readonly unknown[] = []
for await (const chunk of (await db.execute('SELECT n FROM numbers')).chunks()) {
  const { values } = chunk.columns[0] as unknown as { values: BigInt64Array }
  for (let row = 0; row < chunk.length; row++) total += values[row]!
  last = rowAt(chunk, chunk.length - 1)
  chunk.release()
}
console.log(total, last)
await db.close()
