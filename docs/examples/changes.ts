import { Millrace } from 'millrace'

const db = await Millrace.open({ config: { 'execution.runtime-mode': 'streaming' } })
const result = await db.execute(
  `SELECT name, SUM(n) AS total FROM (VALUES ('ann', 5), ('bob', 7), ('ann', 2)) AS t (name, n) GROUP BY name`,
)

console.log(result.columns)
for await (const { op, row } of result.changes()) console.log(op, row.name, row.total)
await db.close()
