/**
 * `log verify`: is everything whole that a broker left, or has in use right now? Nothing is written.
 *
 *     verify('data')    reports per partition, and of the journals; `problems` is 0 when a start will find all that was kept
 *
 * Of a directory in use the tail that is being written is let pass, and a partition that changed under the reader is
 * read again.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MillraceError } from '../../base/errors.ts'
import { type NodeFiles, nodeFiles } from '../../base/node-files.ts'
import { DELETED_SUFFIX, STRAY_SUFFIX, parsePartitionDirectory } from '../log/names.ts'
import type { Finding } from './finding.ts'
import {
  type JournalFile,
  type TopicsImage,
  checkBatchJournal,
  checkJournal,
  entriesOf,
  journalFiles,
  readBatchJournal,
  topicsOf,
} from './journal-files.ts'
import { entryText } from './journal-text.ts'
import { type Place, isMissing, placeOf, statusOf } from './place.ts'
import { offsetsIn, recoveryPoints } from './recovery-points.ts'
import { type PartitionReport, type VerifyOptions, verifyPartition } from './verify-partition.ts'

export interface VerifyRequest {
  readonly deep?: boolean
  /** Called as each is done. */
  partition?(report: PartitionReport): void | Promise<void>
  progress?(done: { readonly bytes: number; readonly totalBytes: number; readonly at: string }): void
}

export interface Verification {
  readonly place: Place
  readonly clean: boolean
  readonly partitions: readonly PartitionReport[]
  /** What is not of one partition: journals, files that name what is missing. */
  readonly journals: { readonly entries: number; readonly batchEntries: number }
  readonly problems: readonly Finding[]
  readonly notes: readonly Finding[]
}

export async function verify(path: string, request: VerifyRequest = {}): Promise<Verification> {
  const place = await placeOf(path)
  if (place.kind === 'file')
    throw new MillraceError('DATA_DIRECTORY_UNKNOWN', 'user', `${path} is a file`, {
      hint: `verify its directory: ${dirname(path)}`,
    })
  const files = nodeFiles()
  try {
    return await new Verifier(files, place, request).run()
  } finally {
    await files.close()
  }
}

/** So often a partition is read again that changed while it was read. */
const ATTEMPTS = 4

class Verifier {
  readonly #files: NodeFiles
  readonly #place: Place
  readonly #request: VerifyRequest
  readonly #problems: Finding[] = []
  readonly #notes: Finding[] = []
  #doneBytes = 0
  #totalBytes = 0

  constructor(files: NodeFiles, place: Place, request: VerifyRequest) {
    this.#files = files
    this.#place = place
    this.#request = request
  }

  async run(): Promise<Verification> {
    const { kind, path } = this.#place
    if (kind === 'partition') return this.#single()
    const isKafka = kind === 'kafka'
    const journals = isKafka ? { entries: 0, batchEntries: 0, topics: undefined } : await this.#journals(path)
    const points = await recoveryPoints(this.#files, path, isKafka ? 'kafka' : 'millrace')
    const starts = isKafka ? await offsetsIn(this.#files, join(path, 'log-start-offset-checkpoint')) : undefined
    const clean = points.clean && this.#place.user === undefined
    const names = await this.#partitions(journals.topics)
    const partitions: PartitionReport[] = []
    this.#totalBytes = await bytesOf(names.map(name => join(path, name)))
    for (const name of names) {
      // The log of KRaft has its own ways to know how far it goes.
      const trusted = clean && !name.startsWith('__cluster_metadata-')
      const report = await this.#partition(join(path, name), trusted ? undefined : points.of(name), starts?.get(name) ?? 0)
      const topicId = this.#idOf(journals.topics, name)
      if (topicId !== undefined && report.topicId !== undefined && report.topicId !== topicId)
        report.problems.push({
          path: join(path, name),
          what: `it is of topic id ${report.topicId}, the journal knows ${topicId}`,
        })
      partitions.push(report)
      await this.#request.partition?.(report)
    }
    if (journals.topics !== undefined) await this.#missing(journals.topics, new Set(names), points.of)
    const { entries, batchEntries } = journals
    return {
      place: this.#place,
      clean: points.clean,
      partitions,
      journals: { entries, batchEntries },
      problems: this.#problems,
      notes: this.#notes,
    }
  }

  async #single(): Promise<Verification> {
    const { path } = this.#place
    this.#totalBytes = await bytesOf([path])
    // How far it was synced is not known here: what can be cut off at the end is a note.
    const report = await this.#partition(path, 0, 0)
    await this.#request.partition?.(report)
    return {
      place: this.#place,
      clean: false,
      partitions: [report],
      journals: { entries: 0, batchEntries: 0 },
      problems: [],
      notes: [],
    }
  }

  async #partition(directory: string, recoveryPoint: number | undefined, startOffset: number): Promise<PartitionReport> {
    const before = this.#doneBytes
    for (let attempt = 1; ; attempt++) {
      this.#doneBytes = before
      const report = await this.#attempt(directory, { recoveryPoint, startOffset })
      if (report.problems.length === 0 || this.#place.user === undefined || attempt === ATTEMPTS) return report
      await new Promise(resolve => setTimeout(resolve, 50 * attempt))
    }
  }

  async #attempt(directory: string, known: Pick<VerifyOptions, 'recoveryPoint' | 'startOffset'>): Promise<PartitionReport> {
    return verifyPartition(directory, {
      files: this.#files,
      deep: this.#request.deep ?? false,
      ...known,
      progress: bytes => {
        this.#doneBytes += bytes
        this.#request.progress?.({ bytes: this.#doneBytes, totalBytes: this.#totalBytes, at: basename(directory) })
      },
    })
  }

  async #journals(path: string) {
    const torn = this.#place.user !== undefined || (await statusOf(join(path, '.kafka_cleanshutdown'))) === undefined
    const files = await this.#readJournal(join(path, 'journal'))
    const state = checkJournal(files, torn)
    if (this.#request.deep === true) this.#problems.push(...unreadable(files))
    const batches = await readBatchJournal(this.#files, join(path, 'batches'))
    const ofBatches = checkBatchJournal(batches, torn)
    this.#problems.push(...state.problems, ...ofBatches.problems)
    this.#notes.push(...state.notes, ...ofBatches.notes)
    return {
      entries: files.reduce((sum, file) => sum + file.entries, 0),
      batchEntries: batches.reduce((sum, file) => sum + file.entries, 0),
      topics: topicsOf(files),
    }
  }

  /** A snapshot may take the files' place while they are read. */
  async #readJournal(directory: string) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await journalFiles(directory)
      } catch (error) {
        if (!isMissing(error) || attempt === ATTEMPTS) throw error
      }
    }
  }

  /** Directories of partitions that count. */
  async #partitions(topics: TopicsImage | undefined): Promise<readonly string[]> {
    const { path } = this.#place
    const known = topics === undefined ? undefined : new Set([...topics.topics.values()].flatMap(namesOf))
    const found: string[] = []
    for (const name of (await readdir(path)).toSorted(byNumber)) {
      if (name.endsWith(DELETED_SUFFIX))
        this.#notes.push({ path: join(path, name), what: 'a deleted partition; it goes with the next start' })
      else if (name.endsWith(STRAY_SUFFIX) || name.endsWith('-future'))
        this.#notes.push({ path: join(path, name), what: 'put aside: it belongs to no topic' })
      if (parsePartitionDirectory(name) === undefined) continue
      if (known !== undefined && !known.has(name))
        this.#notes.push({ path: join(path, name), what: 'the journal knows no such partition; the next start puts it aside' })
      else found.push(name)
    }
    return found
  }

  /** A partition without records has no directory; one that had some must have. */
  async #missing({ topics }: TopicsImage, found: ReadonlySet<string>, pointOf: (name: string) => number): Promise<void> {
    for (const image of topics.values())
      for (const name of namesOf(image))
        if (!found.has(name) && pointOf(name) > 0)
          this.#problems.push({
            path: join(this.#place.path, name),
            what: `the directory is missing; it had offsets up to ${pointOf(name)}`,
          })
  }

  #idOf(topics: TopicsImage | undefined, name: string): string | undefined {
    const topic = parsePartitionDirectory(name)?.topic
    for (const image of topics?.topics.values() ?? []) if (image.topic === topic) return image.id
    return undefined
  }
}

/** Entries that are whole, and not what their section writes. */
function unreadable(files: readonly JournalFile[]): Finding[] {
  const found: Finding[] = []
  for (const { file, section, bytes, position } of entriesOf(files)) {
    try {
      entryText(section, bytes)
    } catch (error) {
      found.push({ path: file.path, position, what: `an entry of section ${section} can't be read: ${(error as Error).message}` })
    }
  }
  return found
}

const namesOf = ({ topic, partitions }: { readonly topic: string; readonly partitions: number }): string[] =>
  Array.from({ length: partitions }, (_, partition) => `${topic}-${partition}`)

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

async function bytesOf(directories: readonly string[]): Promise<number> {
  let sum = 0
  for (const directory of directories)
    for (const name of await readdir(directory))
      if (name.endsWith('.log')) sum += (await statusOf(join(directory, name)))?.size ?? 0
  return sum
}
