/**
 * Which leader epoch began at which offset. A client that was told an epoch asks where it ended, to see whether what it
 * read is still there.
 *
 *     epoch 0 from 0, epoch 3 from 4711        epoch 0 ended at 4711; 3 goes on
 */
import { join } from 'node:path'
import type { Disk } from '../../base/disk.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'

const FILE = 'leader-epoch-checkpoint'

export class EpochHistory {
  readonly #entries: { readonly epoch: number; readonly startOffset: number }[] = []
  unsaved = false

  /** Batches of this epoch begin at `offset`, unless the epoch has begun already. */
  append(epoch: number, offset: number): void {
    const last = this.#entries.at(-1)
    if (last !== undefined && epoch <= last.epoch) return
    this.#entries.push({ epoch, startOffset: offset })
    this.unsaved = true
  }

  /** The greatest epoch up to `epoch` that the log has, and where it ended; undefined when there is none. */
  endOf(epoch: number, logEndOffset: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    const at = this.#entries.findLastIndex(entry => entry.epoch <= epoch)
    if (at < 0) return undefined
    return { epoch: this.#entries[at]!.epoch, endOffset: this.#entries[at + 1]?.startOffset ?? logEndOffset }
  }

  /** Forgets epochs that began at or behind `offset`: the log ends there. */
  truncate(offset: number): void {
    while ((this.#entries.at(-1)?.startOffset ?? -1) >= offset) {
      this.#entries.pop()
      this.unsaved = true
    }
  }

  async save(disk: Disk, directory: string): Promise<void> {
    this.unsaved = false
    await writeCheckpoint(
      disk,
      join(directory, FILE),
      this.#entries.map(({ epoch, startOffset }) => [epoch, startOffset]),
    )
  }

  static async load(disk: Disk, directory: string): Promise<EpochHistory> {
    const history = new EpochHistory()
    for (const [epoch, offset] of (await readCheckpoint(disk, join(directory, FILE))) ?? [])
      history.append(Number(epoch), Number(offset))
    history.unsaved = false
    return history
  }
}
