/**
 * Reading a broker's journals without being the broker: which files count, which of their entries are whole, and what the
 * journal says of topics.
 */
import { join } from 'node:path'
import { readFile, readdir } from 'node:fs/promises'
import type { Files } from '../../base/files.ts'
import { replayFile } from '../log/batch-journal.ts'
import { scanEntries } from '../log/state-journal.ts'
import { countRecords } from '../records/batch.ts'
import type { Finding } from './finding.ts'
import { isMissing } from './place.ts'

export interface JournalFile {
  readonly path: string
  readonly snapshot: boolean
  readonly bytes: Uint8Array
  readonly entries: number
  /** What stands behind the last whole entry begins here. */
  readonly end: number
}

export interface JournalEntry {
  readonly file: JournalFile
  readonly section: number
  readonly bytes: Uint8Array
  readonly position: number
}

/** The newest snapshot and what was journalled since; what came before that counts no more. */
export async function journalFiles(directory: string): Promise<readonly JournalFile[]> {
  const names = (await listed(directory)).filter(name => /^\d+\.(journal|snapshot)$/.test(name))
  const sequence = (name: string) => Number.parseInt(name, 10)
  const newest = Math.max(0, ...names.filter(name => name.endsWith('.snapshot')).map(sequence))
  const counting = names.filter(
    name => sequence(name) > newest || (sequence(name) === newest && newest > 0) || (newest === 0 && name.endsWith('.journal')),
  )
  const order = (name: string) => sequence(name) * 2 + (name.endsWith('.snapshot') ? 0 : 1)
  const files: JournalFile[] = []
  for (const name of counting.toSorted((a, b) => order(a) - order(b))) {
    const path = join(directory, name)
    const bytes = await readFile(path)
    let entries = 0
    const end = scanEntries(bytes, () => entries++)
    files.push({ path, snapshot: name.endsWith('.snapshot'), bytes, entries, end })
  }
  return files
}

export function* entriesOf(files: readonly JournalFile[]): Iterable<JournalEntry> {
  for (const file of files) {
    const entries: JournalEntry[] = []
    scanEntries(file.bytes, (section, bytes, position) => void entries.push({ file, section, bytes, position }))
    yield* entries
  }
}

/** `torn`: the end of the last file may be half an entry, as a crash leaves it, or as it is being written. */
export function checkJournal(files: readonly JournalFile[], torn: boolean): { problems: Finding[]; notes: Finding[] } {
  const problems: Finding[] = []
  const notes: Finding[] = []
  for (const [i, { path, snapshot, bytes, end }] of files.entries()) {
    if (end === bytes.length) continue
    const finding = { path, position: end, what: 'an entry is not whole' }
    if (torn && !snapshot && i === files.length - 1)
      notes.push({ ...finding, what: `${finding.what}; the next start cuts off ${bytes.length - end} bytes` })
    else problems.push(finding)
  }
  return { problems, notes }
}

export interface TopicImage {
  readonly topic: string
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

export interface TopicsImage {
  /** By id. */
  readonly topics: ReadonlyMap<string, TopicImage>
  startOf(id: string, partition: number): number
}

/** What the section of topics says. */
export function topicsOf(files: readonly JournalFile[]): TopicsImage {
  const topics = new Map<string, TopicImage>()
  const starts = new Map<string, number>()
  for (const { section, bytes } of entriesOf(files)) {
    if (section !== TOPICS_SECTION) continue
    const said = JSON.parse(new TextDecoder().decode(bytes)) as Partial<TopicImage> & {
      deleted?: string
      start?: [string, number, number]
    }
    if (said.topic !== undefined) topics.set(said.id!, said as TopicImage)
    if (said.deleted !== undefined) topics.delete(said.deleted)
    if (said.start !== undefined) {
      const [id, partition, offset] = said.start
      starts.set(`${id}/${partition}`, Math.max(offset, starts.get(`${id}/${partition}`) ?? 0))
    }
  }
  return { topics, startOf: (id, partition) => starts.get(`${id}/${partition}`) ?? 0 }
}

const TOPICS_SECTION = 1

export interface BatchJournalEntry {
  readonly topicId: string
  readonly partition: number
  readonly batches: Uint8Array
}

export interface BatchJournalFile {
  readonly path: string
  readonly bytes: number
  readonly end: number
  readonly entries: number
  readonly records: number
}

/** Goes through the batch journal, oldest first. */
export async function readBatchJournal(
  files: Files,
  directory: string,
  visit: (entry: BatchJournalEntry, file: string) => void = () => {},
): Promise<readonly BatchJournalFile[]> {
  const found: BatchJournalFile[] = []
  for (const name of (await listed(directory)).filter(each => /^\d{8}\.batches$/.test(each)).toSorted()) {
    const path = join(directory, name)
    const file = await files.open(path, 'read').catch(error => {
      if (isMissing(error)) return undefined
      throw error
    })
    // The broker drops a file once the segments are synced.
    if (file === undefined) continue
    let entries = 0
    let records = 0
    try {
      const end = await replayFile(file, async (topicId, partition, batches) => {
        entries++
        records += countRecords(batches)
        visit({ topicId, partition, batches }, path)
      })
      found.push({ path, bytes: await file.bytes(), end, entries, records })
    } finally {
      file.close()
    }
  }
  return found
}

export function checkBatchJournal(files: readonly BatchJournalFile[], torn: boolean): { problems: Finding[]; notes: Finding[] } {
  const problems: Finding[] = []
  const notes: Finding[] = []
  for (const [i, { path, bytes, end }] of files.entries()) {
    if (end >= bytes) continue
    const finding = { path, position: end, what: 'an entry is not whole' }
    if (torn && i === files.length - 1)
      notes.push({ ...finding, what: `${finding.what}; the next start passes over ${bytes - end} bytes` })
    else problems.push(finding)
  }
  return { problems, notes }
}

async function listed(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
