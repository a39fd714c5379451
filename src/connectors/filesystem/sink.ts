/**
 * Files as a sink. Rows go to hidden in-progress files; at a checkpoint these are synced and remembered, and once the
 * checkpoint counts they are renamed to what a reader sees. So a file is there whole or not at all.
 *
 *     dir/.part-7f3a-0.json.inprogress      being written
 *     dir/part-7f3a-0.json                  published
 *     dir/dt=2024-01-01/part-7f3a-1.json    with PARTITIONED BY (dt)
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConnectorError } from '../../base/errors.ts'
import type { Options } from '../../catalog/option.ts'
import type { TableEntry } from '../../catalog/table.ts'
import { Chunk, ChunkBuilder, rowAt } from '../../data/chunk.ts'
import { RowKind } from '../../data/row-kind.ts'
import type { Schema } from '../../data/type.ts'
import { byteWriter } from '../../formats/byte-writer.ts'
import type { ByteWriter, Encoder, Format } from '../../formats/format.ts'
import type { Position } from '../../runtime/dataflow/source.ts'
import type { Sink, SinkWriter } from '../../runtime/dataflow/sink.ts'
import type { ConnectorContext } from '../connector.ts'
import { DEFAULT_PARTITION, accessed, escapePath, localPath } from './paths.ts'
import { partitionText } from './partition-value.ts'

export interface FilesystemSinkSpec {
  readonly table: TableEntry
  readonly context: ConnectorContext
  readonly path: string
  readonly format: Format
  readonly formatOptions: Options
  readonly rollBytes: number
  readonly rollMs: number
}

/** Bytes gathered before they go to the file. */
const WRITE_BYTES = 256 << 10

export const filesystemSink = (spec: FilesystemSinkSpec): Sink => ({
  open: async () => {
    const root = localPath(spec.path)
    await accessed(root, () => mkdir(root, { recursive: true }))
    return new FilesWriter(spec, root)
  },
})

/** Files that wait for the checkpoint to count: relative to the sink's directory. */
interface Prepared {
  readonly writer: string
  readonly files: readonly string[]
}

interface PartFile {
  readonly name: string
  readonly handle: FileHandle
  readonly openedMs: number
  bytes: number
}

class FilesWriter implements SinkWriter {
  readonly #spec: FilesystemSinkSpec
  readonly #root: string
  readonly #id: string
  readonly #encoder: Encoder
  readonly #partitions: readonly number[]
  readonly #written: Schema
  readonly #buffer: ByteWriter = byteWriter()
  /** By partition directory; '' for the root. */
  readonly #open = new Map<string, PartFile>()
  #finished: string[] = []
  #counter = 0

  constructor(spec: FilesystemSinkSpec, root: string) {
    this.#spec = spec
    this.#root = root
    this.#id = Array.from({ length: 8 }, () => Math.floor(spec.context.random.next() * 16).toString(16)).join('')
    const physical = spec.table.columns.filter(column => column.kind === 'physical')
    this.#partitions = spec.table.partitionedBy.map(name => physical.findIndex(column => column.name === name))
    this.#written = physical.filter((_, i) => !this.#partitions.includes(i)).map(({ name, type }) => ({ name, type }))
    const name = `${spec.context.name}/${spec.table.path[2].replace(/[^\w.-]+/g, '-')}-encoder`
    this.#encoder = spec.format.encoder!(this.#written, spec.formatOptions, { zone: spec.context.zone, name })
  }

  write(chunk: Chunk): Promise<void> {
    return this.#partitions.length === 0 ? this.#append('', chunk) : this.#scatter(chunk)
  }

  async prepare(): Promise<Position> {
    for (const directory of Array.from(this.#open.keys())) await this.#finish(directory)
    const prepared: Prepared = { writer: this.#id, files: this.#finished }
    this.#finished = []
    return prepared as unknown as Position
  }

  /** Renames; a file that has its final name already was committed before a crash. */
  async commit(position: Position): Promise<void> {
    const { files } = position as unknown as Prepared
    const directories = new Set<string>()
    for (const file of files) {
      const final = join(this.#root, file)
      const hidden = inProgress(final)
      try {
        await rename(hidden, final)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || !(await exists(final))) {
          throw new ConnectorError('FILE_COMMIT', `${final} was written and can't be published: ${(cause as Error).message}`, {
            cause,
          })
        }
      }
      directories.add(dirname(final))
    }
    for (const directory of directories) await syncDirectory(directory)
    await this.#removeLeftovers(position as unknown as Prepared)
  }

  async close(): Promise<void> {
    for (const [directory, file] of this.#open) {
      await file.handle.close()
      await rm(inProgress(join(this.#root, directory, file.name)), { force: true })
    }
    this.#open.clear()
    for (const file of this.#finished) await rm(inProgress(join(this.#root, file)), { force: true })
    this.#finished = []
  }

  async #append(directory: string, chunk: Chunk): Promise<void> {
    try {
      this.#encoder.encode(chunk, this.#buffer)
    } finally {
      chunk.release()
    }
    // One buffer serves all partitions, so it is emptied before another one writes.
    if (this.#buffer.length >= WRITE_BYTES || this.#partitions.length > 0) await this.#flush(directory)
    else if (!this.#open.has(directory)) this.#open.set(directory, await this.#create(directory))
  }

  async #flush(directory: string): Promise<void> {
    const { length } = this.#buffer
    if (length === 0) return
    const file = this.#open.get(directory) ?? (await this.#create(directory))
    this.#open.set(directory, file)
    const { rollBytes, rollMs, context } = this.#spec
    const path = join(this.#root, directory, file.name)
    await accessed(path, () => writeWhole(file.handle, this.#buffer.bytes.subarray(0, length)))
    this.#buffer.length = 0
    file.bytes += length
    if (file.bytes >= rollBytes || context.clock.elapsedMs() - file.openedMs >= rollMs) await this.#finish(directory)
  }

  async #finish(directory: string): Promise<void> {
    if (this.#partitions.length === 0) await this.#flush(directory)
    const file = this.#open.get(directory)
    if (file === undefined) return
    const path = join(this.#root, directory, file.name)
    await accessed(path, () => file.handle.sync())
    await file.handle.close()
    await syncDirectory(dirname(path))
    this.#open.delete(directory)
    this.#finished.push(join(directory, file.name))
  }

  async #create(directory: string): Promise<PartFile> {
    const name = `part-${this.#id}-${this.#counter++}.${this.#spec.format.name}`
    const path = join(this.#root, directory, name)
    await accessed(path, () => mkdir(dirname(path), { recursive: true }))
    const handle = await accessed(path, () => open(inProgress(path), 'wx'))
    return { name, handle, openedMs: this.#spec.context.clock.elapsedMs(), bytes: 0 }
  }

  /** Rows by the directory their partition values name. Row by row: partitioned sinks are not a hot path. */
  async #scatter(chunk: Chunk): Promise<void> {
    const builders = new Map<string, ChunkBuilder>()
    const { partitionedBy } = this.#spec.table
    for (let row = 0; row < chunk.length; row++) {
      const values = rowAt(chunk, row)
      const directory = this.#partitions
        .map(
          (column, i) =>
            `${escapePath(partitionedBy[i]!)}=${escapePath(partitionText(chunk.schema[column]!.type, values[column]!) ?? DEFAULT_PARTITION)}`,
        )
        .join('/')
      let builder = builders.get(directory)
      if (builder === undefined)
        builders.set(directory, (builder = new ChunkBuilder(this.#written, this.#spec.context.pool, { kinds: false })))
      builder.append(
        RowKind.Insert,
        values.filter((_, i) => !this.#partitions.includes(i)),
      )
    }
    chunk.release()
    for (const [directory, builder] of builders) {
      await this.#append(directory, builder.finish())
      builder.discard()
    }
  }

  /** In-progress files of the writer that a restored job took over from: never prepared, so not part of the result. */
  async #removeLeftovers({ writer, files }: Prepared): Promise<void> {
    if (writer === this.#id) return
    for (const directory of new Set(['', ...files.map(dirname)])) {
      const path = join(this.#root, directory)
      for (const name of await readdir(path)) {
        if (name.startsWith(`.part-${writer}-`)) await rm(join(path, name), { force: true })
      }
    }
  }
}

const inProgress = (path: string): string => join(dirname(path), `.${path.slice(dirname(path).length + 1)}.inprogress`)

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}
