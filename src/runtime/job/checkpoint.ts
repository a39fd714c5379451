/**
 * Checkpoints on disk. One directory each, there whole or not at all:
 *
 *     DIR/chk-7/metadata.json     positions of the sources, what the sinks prepared, which operators wrote what
 *     DIR/chk-7/<node>.state      sections of one operator, one behind the other
 *
 * It is written as `chk-7.inprogress`, every file synced, then renamed, then DIR is synced: only then does it count, and
 * only then do sinks commit. Older ones are removed after that.
 */
import { join } from 'node:path'
import type { Disk } from '../../base/disk.ts'
import { ConnectorError, MillraceError } from '../../base/errors.ts'
import type { Position } from '../dataflow/source.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'

const FORMAT_VERSION = 1

export interface Checkpoint {
  readonly id: number
  /** By node id. */
  readonly sources: Readonly<Record<string, SourceState>>
  readonly sinks: Readonly<Record<string, Position>>
  readonly operators: Readonly<Record<string, OperatorState>>
  /** What else the job remembers: watermarks per node, whether it was in backlog. */
  readonly job: Position
}

export interface SourceState {
  readonly position: Position
  readonly ended: boolean
}

export interface OperatorState {
  /** The node it belongs to, as the plan describes it: a checkpoint of another plan is refused. */
  readonly signature: string
  readonly sections: ReadonlyMap<string, Uint8Array>
}

/** Collects the sections one operator writes. */
export class SectionWriter implements StateWriter {
  readonly sections = new Map<string, Uint8Array>()

  section(name: string, bytes: Uint8Array): void {
    this.sections.set(name, bytes.slice())
  }
}

export const sectionReader = (state: OperatorState | undefined): StateReader => ({
  section: name => state?.sections.get(name),
})

export class CheckpointStore {
  readonly #disk: Disk
  readonly #directory: string
  readonly #retained: number

  constructor(disk: Disk, directory: string, options: { readonly retained?: number } = {}) {
    this.#disk = disk
    this.#directory = directory
    this.#retained = options.retained ?? 1
  }

  pathOf(id: number): string {
    return join(this.#directory, `chk-${id}`)
  }

  /** Makes the checkpoint durable. When this resolves it counts. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const final = this.pathOf(checkpoint.id)
    const temporary = `${final}.inprogress`
    try {
      await this.#disk.remove(temporary)
      await this.#disk.makeDirectory(temporary)
      const operators: Record<string, { signature: string; sections: [string, number][] }> = {}
      for (const [node, { signature, sections }] of Object.entries(checkpoint.operators)) {
        operators[node] = { signature, sections: [...sections].map(([name, bytes]) => [name, bytes.length]) }
        if (sections.size > 0)
          await this.#disk.writeDurably(join(temporary, `${node}.state`), concatenated([...sections.values()]))
      }
      const metadata = { version: FORMAT_VERSION, ...checkpoint, operators }
      await this.#disk.writeDurably(join(temporary, 'metadata.json'), new TextEncoder().encode(JSON.stringify(metadata)))
      await this.#disk.syncDirectory(temporary)
      await this.#disk.remove(final)
      await this.#disk.rename(temporary, final)
      await this.#disk.syncDirectory(this.#directory)
    } catch (cause) {
      const reason = (cause as Error).message
      throw new ConnectorError(
        'CHECKPOINT_WRITE',
        `checkpoint ${checkpoint.id} could not be written to ${this.#directory}: ${reason}`,
        { cause },
      )
    }
    await this.#removeOlder(checkpoint.id)
  }

  /** The newest whole checkpoint in the directory, or undefined. */
  async newest(): Promise<number | undefined> {
    const ids = await this.#ids()
    return ids.at(-1)
  }

  async #ids(): Promise<number[]> {
    const names = await this.#disk.list(this.#directory)
    return names
      .flatMap(name => /^chk-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b)
  }

  async #removeOlder(id: number): Promise<void> {
    const older = (await this.#ids()).filter(other => other < id)
    for (const other of older.slice(0, Math.max(0, older.length - this.#retained + 1)))
      await this.#disk.remove(this.pathOf(other))
  }
}

/** Reads the checkpoint at `path`: a `chk-N` directory, or the directory above it (then the newest in it). */
export async function readCheckpoint(disk: Disk, path: string): Promise<Checkpoint> {
  const directory = await locate(disk, path)
  const metadata = await readMetadata(disk, directory)
  if (metadata.version > FORMAT_VERSION) {
    throw new MillraceError(
      'CHECKPOINT_VERSION',
      'user',
      `${directory} was written by a newer Millrace (format ${metadata.version}, this one reads up to ${FORMAT_VERSION})`,
    )
  }
  const operators: Record<string, OperatorState> = {}
  for (const [node, { signature, sections }] of Object.entries(metadata.operators)) {
    const bytes = sections.length === 0 ? new Uint8Array() : await readPart(disk, join(directory, `${node}.state`))
    const parts = new Map<string, Uint8Array>()
    let at = 0
    for (const [name, length] of sections) {
      // Copied, so that every section is aligned for typed arrays. (`slice` of a Buffer would not copy.)
      parts.set(name, new Uint8Array(bytes.subarray(at, at + length)))
      at += length
    }
    if (at !== bytes.length) throw corrupt(`${directory}/${node}.state has ${bytes.length} bytes, its metadata says ${at}`)
    operators[node] = { signature, sections: parts }
  }
  return { ...metadata, operators }
}

async function readMetadata(disk: Disk, directory: string): Promise<StoredMetadata> {
  const path = join(directory, 'metadata.json')
  const text = new TextDecoder().decode(await readPart(disk, path))
  try {
    return JSON.parse(text) as StoredMetadata
  } catch (cause) {
    throw corrupt(`${path} is not whole: ${(cause as Error).message}`, cause)
  }
}

async function readPart(disk: Disk, path: string): Promise<Uint8Array> {
  try {
    return await disk.read(path)
  } catch (cause) {
    throw corrupt(`${path} can't be read: ${(cause as Error).message}`, cause)
  }
}

const corrupt = (what: string, cause?: unknown): MillraceError =>
  new MillraceError('CHECKPOINT_CORRUPT', 'external', what, { cause })

interface StoredMetadata extends Omit<Checkpoint, 'operators'> {
  readonly version: number
  readonly operators: Readonly<
    Record<string, { readonly signature: string; readonly sections: readonly (readonly [string, number])[] }>
  >
}

async function locate(disk: Disk, path: string): Promise<string> {
  const names = await disk.list(path)
  if (names.includes('metadata.json')) return path
  const newest = await new CheckpointStore(disk, path).newest()
  if (newest === undefined)
    throw new MillraceError('CHECKPOINT_MISSING', 'user', `there is no checkpoint in ${path}`, {
      hint: 'a checkpoint is a directory chk-N that holds metadata.json',
    })
  return join(path, `chk-${newest}`)
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
