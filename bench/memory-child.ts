/** One run of the memory bench: PATH MODE EVENTS. Prints its measurement. */
import { Session } from '#src/engine/session.ts'
import { measure } from './measure.ts'

const [path, mode, events] = process.argv.slice(2) as [string, string, string]
const session = new Session({
  config: [
    ['execution.runtime-mode', mode],
    ['table.exec.mini-batch.enabled', 'true'],
  ],
})
const result = await measure(`1 GB of JSON, ${mode}`, async () => {
  const sql = `CREATE TABLE t (id BIGINT, \`user\` STRING, amount DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json');
    CREATE TABLE sink (\`user\` STRING, n BIGINT, total DOUBLE) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT \`user\`, COUNT(*), SUM(amount) FROM t GROUP BY \`user\``
  for await (const outcome of session.execute(sql)) if (outcome.kind === 'insert') await outcome.job.done
  return Number(events)
})
console.log(JSON.stringify(result))
