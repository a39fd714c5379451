/** What a broker would lose that acknowledges too early: the end of its files. For seeing that the suite notices. */
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** Some entries of the journal. */
const JOURNAL_BYTES = 600

export const sabotages: ReadonlyMap<string, (data: string) => void> = new Map([
  ['records', cutRecords],
  ['journal', cutJournal],
])

/** The last batch of every partition. */
function cutRecords(data: string): void {
  for (const name of readdirSync(data)) {
    const directory = join(data, name)
    if (!/-\d+$/.test(name) || !statSync(directory).isDirectory()) continue
    const last = readdirSync(directory)
      .filter(file => file.endsWith('.log'))
      .toSorted()
      .at(-1)
    if (last !== undefined) cut(join(directory, last), 1)
  }
  for (const file of readdirSync(join(data, 'batches'))) truncateSync(join(data, 'batches', file), 0)
}

function cutJournal(data: string): void {
  const last = readdirSync(join(data, 'journal'))
    .filter(file => file.endsWith('.journal'))
    .toSorted()
    .at(-1)
  if (last !== undefined) cut(join(data, 'journal', last), JOURNAL_BYTES)
}

function cut(path: string, bytes: number): void {
  truncateSync(path, Math.max(0, statSync(path).size - bytes))
}
