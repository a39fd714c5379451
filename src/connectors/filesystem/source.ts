/**
 * Files as a source: found, then read one after the other in the order of their paths. With a monitor interval the
 * directory is looked at again and again; with `source.follow` the last bytes of a file are not its end.
 */
import { DataError, SqlError } from '../../base/errors.ts'
import type { Options } from '../../catalog/option.ts'
import type { Chunk } from '../../data/chunk.ts'
import { evaluatePartition } from './partition-value.ts'
import type { Schema } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { BulkFormat, ColumnSource, DecodeCounts, DecoderContext, Format } from '../../formats/format.ts'
import type { FramePosition } from '../../formats/framing.ts'
import { createSplitter } from '../../formats/index.ts'
import type { Position, Source, SourceProgress, SourceReader } from '../../runtime/dataflow/source.ts'
import type { ConnectorContext, ScanRequest } from '../connector.ts'
import { shuffled } from '../disorder.ts'
import { MessageReader } from '../message-reader.ts'
import { type Assembly, withConstants } from './constant-columns.ts'
import { compressionOf } from './decompress.ts'
import { BulkFileReader, type FileReader, PackedFileReader, PlainFileReader, openBulkFile } from './file-reader.ts'
import { type FoundFile, fileName, findFiles } from './paths.ts'

export interface FilesystemSourceSpec {
  readonly request: ScanRequest
  readonly context: ConnectorContext
  readonly path: string
  /** How often to look for new files; undefined: once. */
  readonly monitorMs: number | undefined
  readonly follow: boolean
  readonly maxLineBytes: number | undefined
  /** Rows come in a random order within each chunk, the same for the same seed. */
  readonly disorderSeed: number | undefined
  readonly errorsFile: ErrorsFile | undefined
  readonly format: { readonly messages: Format } | { readonly bulk: BulkFormat }
  readonly formatOptions: Options
}

/** Where skipped records are written, by option. */
export interface ErrorsFile {
  add(place: string, record: Uint8Array, reason: string): void
  close(): Promise<void>
}

/** How often a followed file is looked at. */
const FOLLOW_POLL_MS = 100

export function filesystemSource(spec: FilesystemSourceSpec): Source {
  return {
    bounded: spec.monitorMs === undefined && !spec.follow,
    schema: columnsOf(spec).schema,
    open: async from => {
      const reader = new FilesReader(spec, from as FilesPosition | undefined)
      await reader.look(true)
      reader.checkResumed()
      return reader
    },
  }
}

/** Files that were read whole, by path, and the one being read. */
type FilesPosition = {
  readonly done: readonly string[]
  readonly current: { readonly path: string; readonly at: Position } | null
}

class FilesReader implements SourceReader {
  readonly #spec: FilesystemSourceSpec
  readonly #columns: ScanColumns
  readonly #counts: DecodeCounts = { skippedRecords: 0, nulledFields: 0 }
  #done: readonly string[]
  #resume: FilesPosition['current']
  #queue: FoundFile[] = []
  readonly #known = new Set<string>()
  #current: { readonly found: FoundFile; readonly reader: FileReader; readonly assembly: Assembly | undefined } | undefined
  #backlog = true
  #doneBytes = 0
  #totalBytes = 0
  #lookedMs = 0
  #closed = false
  #wake: (() => void) | undefined

  constructor(spec: FilesystemSourceSpec, from: FilesPosition | undefined) {
    this.#spec = spec
    this.#columns = columnsOf(spec)
    this.#done = from?.done ?? []
    this.#resume = from?.current ?? null
    for (const path of this.#done) this.#known.add(path)
  }

  get backlog(): boolean {
    return this.#backlog
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end' | 'idle'> {
    if (this.#current !== undefined) {
      const answer = this.#current.reader.next()
      if (!(answer instanceof Promise) && answer !== 'end' && answer !== 'wait') {
        if (answer.length > 0) return this.#shaped(answer)
        answer.release()
      }
      return this.#after(answer)
    }
    return this.#after('end')
  }

  /** On after an answer that was no chunk to give out, through files and waits, to the next one that is. */
  async #after(answer: Chunk | 'end' | 'wait' | Promise<Chunk | 'end' | 'wait'>): Promise<Chunk | 'end' | 'idle'> {
    let last = await answer
    for (;;) {
      if (this.#closed) return 'end'
      if (last === 'end') {
        await this.#finishFile()
        if (!(await this.#openNext())) return this.#spec.monitorMs === undefined ? 'end' : this.#watch()
      } else if (last === 'wait') {
        return this.#waitForGrowth()
      } else if (last.length > 0) {
        return this.#shaped(last)
      }
      last = await this.#current!.reader.next()
    }
  }

  position(): Position {
    const current =
      this.#current === undefined ? this.#resume : { path: this.#current.found.path, at: this.#current.reader.position }
    return { done: this.#done, current } as unknown as Position
  }

  progress(): SourceProgress {
    const doneBytes = this.#doneBytes + (this.#current?.reader.doneBytes ?? 0)
    const total = this.#spec.monitorMs === undefined && !this.#spec.follow ? { totalBytes: this.#totalBytes } : {}
    return { doneBytes, ...total, ...this.#counts }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake?.()
    await this.#current?.reader.close()
    this.#current = undefined
    await this.#spec.errorsFile?.close()
  }

  /** Looks for files that are not known yet. */
  async look(first: boolean): Promise<void> {
    const files = await findFiles(this.#spec.path, { mayBeMissing: !first || this.#spec.monitorMs !== undefined })
    if (this.#spec.follow && files.length > 1) {
      throw new SqlError('OPTION_VALUE', `'source.follow' follows one file; '${this.#spec.path}' is ${files.length}`)
    }
    for (const found of files) {
      if (this.#known.has(found.path)) continue
      this.#known.add(found.path)
      this.#queue.push(found)
      this.#totalBytes += found.size
    }
    // A file that was being read goes first, so that rows come in the order they had.
    if (this.#resume !== null)
      this.#queue = this.#queue.toSorted((a, b) => Number(b.path === this.#resume!.path) - Number(a.path === this.#resume!.path))
    this.#lookedMs = this.#spec.context.clock.elapsedMs()
  }

  /** What was half read must still be there: its other half is part of the result. */
  checkResumed(): void {
    const path = this.#resume?.path
    if (path !== undefined && !this.#queue.some(found => found.path === path))
      throw new DataError('FILE_MISSING', path, 'was being read when the checkpoint was taken, and is gone')
  }

  async #openNext(): Promise<boolean> {
    const found = this.#queue.shift()
    if (found === undefined) return false
    const from = this.#resume?.path === found.path ? this.#resume.at : null
    this.#current = { found, reader: await this.#open(found, from), assembly: assemblyOf(this.#columns, found) }
    this.#resume = null
    return true
  }

  async #open(found: FoundFile, from: Position): Promise<FileReader> {
    const { context, format, formatOptions, follow, request } = this.#spec
    const decoderContext: DecoderContext = {
      pool: context.pool,
      zone: context.zone,
      counts: this.#counts,
      sources: this.#columns.sources,
      name: `${context.name}/${request.table.path[2].replace(/[^\w.-]+/g, '-')}-decoder`,
      ...(this.#spec.errorsFile && {
        onSkipped: (place: string, bytes: Uint8Array, reason: string) => this.#spec.errorsFile!.add(place, bytes, reason),
      }),
    }
    if ('bulk' in format) {
      const { handle, file } = await openBulkFile(found)
      const row = (from as number | null) ?? 0
      try {
        return new BulkFileReader(await format.bulk.open(file, this.#columns.decoded, formatOptions, decoderContext, row), handle)
      } catch (error) {
        await handle.close()
        throw error
      }
    }
    const splitter = createSplitter(format.messages, formatOptions, {
      name: found.path,
      pool: context.pool,
      from: (from as unknown as FramePosition | null) ?? undefined,
      maxLineBytes: this.#spec.maxLineBytes,
      columns: this.#columns.all.length,
    })
    this.#decoder ??= format.messages.decoder(this.#columns.decoded, this.#columns.all, formatOptions, decoderContext)
    const messages = new MessageReader(splitter, this.#decoder)
    const compression = compressionOf(found.path)
    if (compression === undefined) return PlainFileReader.open(found, messages, follow)
    if (follow) throw new SqlError('OPTION_VALUE', `a compressed file can't be followed: ${found.path}`)
    return new PackedFileReader(found, compression, messages)
  }
  /** One for all files: its code is generated once. */
  #decoder: ReturnType<Format['decoder']> | undefined

  async #finishFile(): Promise<void> {
    if (this.#current === undefined) return
    const { found, reader } = this.#current
    this.#current = undefined
    await reader.close()
    this.#doneBytes += found.size
    this.#done = [...this.#done, found.path]
  }

  /** Nothing is left of what is known: looks again once the interval has passed. */
  async #watch(): Promise<Chunk | 'end' | 'idle'> {
    const { clock } = this.#spec.context
    if (this.#endsBacklog()) return 'idle'
    await this.#sleep(Math.max(0, this.#lookedMs + this.#spec.monitorMs! - clock.elapsedMs()))
    if (this.#closed) return 'end'
    await this.look(false)
    return 'idle'
  }

  /** A followed file has no more bytes now. */
  async #waitForGrowth(): Promise<'idle' | 'end'> {
    if (this.#endsBacklog()) return 'idle'
    await this.#sleep(FOLLOW_POLL_MS)
    return this.#closed ? 'end' : 'idle'
  }

  /** True once, told at once: results that were held back do not wait for the next look at the files. */
  #endsBacklog(): boolean {
    const { backlog: before } = this
    this.#backlog = false
    return before
  }

  async #sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      this.#wake = resolve
      timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
  }

  #shaped(chunk: Chunk): Chunk {
    const { assembly } = this.#current!
    const { context, disorderSeed } = this.#spec
    const whole = assembly === undefined ? chunk : withConstants(chunk, this.#columns.schema, assembly, context.pool)
    return disorderSeed === undefined
      ? whole
      : shuffled(whole, disorderSeed ^ Math.imul(this.#chunks++, 0x9e3779b1), context.pool)
  }
  #chunks = 0
}

// ── columns ─────────────────────────────────────────────────────────────────────────────────────────

interface ScanColumns {
  /** What the query asked for. */
  readonly schema: Schema
  /** What is in the file and asked for. */
  readonly decoded: Schema
  /** Where each decoded column lies, when some are fields inside ROW columns. */
  readonly sources: readonly ColumnSource[] | undefined
  /** All physical columns that are in the file. */
  readonly all: Schema
  readonly partitionedBy: readonly string[]
  /** By name: the metadata key. */
  readonly metadata: ReadonlyMap<string, string>
}

function columnsOf({ request }: FilesystemSourceSpec): ScanColumns {
  const { table, columns, paths, schema } = request
  const named = new Map(table.columns.map(column => [column.name, column]))
  const inFile = (name: string) => named.get(name)!.kind === 'physical' && !table.partitionedBy.includes(name)
  const decoded = schema.filter((_, i) => inFile(columns[i]!))
  const sources = columns.map((column, i) => ({ column, path: paths?.[i] ?? [] })).filter(({ column }) => inFile(column))
  return {
    schema,
    decoded,
    sources: paths === undefined ? undefined : sources,
    all: table.columns.filter(column => inFile(column.name)).map(({ name, type }) => ({ name, type })),
    partitionedBy: table.partitionedBy,
    metadata: new Map(table.columns.flatMap(column => (column.kind === 'metadata' ? [[column.name, column.key] as const] : []))),
  }
}

/** Undefined when every column asked for is in the file. */
function assemblyOf(columns: ScanColumns, found: FoundFile): Assembly | undefined {
  if (columns.schema.length === columns.decoded.length) return undefined
  return columns.schema.map(field => {
    const decoded = columns.decoded.indexOf(field)
    if (decoded >= 0) return { decoded }
    const key = columns.metadata.get(field.name)
    return { value: key === undefined ? evaluatePartition(field, found) : metadataOf(key, found) }
  })
}

function metadataOf(key: string, found: FoundFile): Value {
  switch (key) {
    case 'file.path':
      return found.path
    case 'file.name':
      return fileName(found.path)
    case 'file.size':
      return BigInt(found.size)
    case 'file.modification-time':
      return BigInt(found.modifiedMs)
    default:
      throw new SqlError('METADATA_UNKNOWN', `files have no metadata '${key}'`, undefined, {
        hint: 'there are file.path, file.name, file.size and file.modification-time',
      })
  }
}
