import { Millrace } from 'millrace'

const db = await Millrace.open()
await db.execute(`CREATE TABLE ticks (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '1000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000000'
)`)

// Leaving the loop cancels the query.
const result = await db.execute<{ n: bigint }>('SELECT n FROM ticks')
for await (const { n } of result.rows()) {
  console.log(n)
  if (n === 3n) break
}
console.log(await result.done)

// Or say so; `progress()` tells how far it is.
const other = await db.execute('SELECT COUNT(*) AS n FROM ticks')
console.log(other.progress()?.lateRows)
await other.cancel()
console.log(await other.done)
await db.close()
