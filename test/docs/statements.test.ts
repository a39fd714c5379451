/** `docs/sql.md` says of each statement whether it runs today: the table is what a session answers. */
import { test } from 'vitest'
import { MillraceError } from '#src/base/errors.ts'
import { Millrace } from '#src/engine/millrace.ts'
import { code, holdPart, table } from './page.ts'
import { sections, setup } from './statements.ts'

async function answer(sql: string, mode: 'batch' | 'streaming'): Promise<string> {
  const db = await Millrace.open({ config: { 'execution.runtime-mode': mode, 'table.local-time-zone': 'UTC' } })
  await db.execute(setup)
  try {
    const result = await db.execute(sql)
    await result.toArray()
    await result.done
    return 'runs'
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return code(error.code)
  } finally {
    await db.close()
  }
}

test('the SQL page says what runs', async () => {
  const parts: string[] = []
  for (const [title, statements] of sections) {
    const rows: string[][] = []
    for (const sql of statements) rows.push([code(sql), await answer(sql, 'batch'), await answer(sql, 'streaming')])
    parts.push(`### ${title}\n\n${table(['statement', 'batch', 'streaming'], rows)}\n`)
  }
  holdPart('docs/sql.md', 'statements', parts.join('\n'))
})
