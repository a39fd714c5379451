import { Millrace } from 'millrace'

const db = await Millrace.open()
await db.execute(`CREATE TABLE flights (\`date\` STRING, delay BIGINT, distance BIGINT, origin STRING, destination STRING)
  WITH ('connector' = 'filesystem', 'path' = 'node_modules/vega-datasets/data/flights-20k.json', 'format' = 'json')`)

const result = await db.execute(
  `SELECT origin, COUNT(*) AS flights, MAX(delay) AS worst FROM flights WHERE distance > ?
   GROUP BY origin ORDER BY flights DESC LIMIT 3`,
  [1000],
)
for await (const row of result.rows()) console.log(row.origin, row.flights, row.worst)
await db.close()
