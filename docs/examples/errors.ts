import { Millrace, MillraceError } from 'millrace'

const db = await Millrace.open()
for (const sql of ['SELECT amout FROM (VALUES (1)) AS t (amount)', "SELECT CAST('x' AS INT)", 'TRUNCATE TABLE t']) {
  try {
    const result = await db.execute(sql)
    await result.toArray()
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    console.log(`${error.name} ${error.code}: ${error.describe()}`)
  }
}
await db.close()
