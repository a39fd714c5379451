/**
 * Up to where each partition was in order for sure, as a broker noted it: ours in `recovery-points`, a Kafka in
 * `recovery-point-offset-checkpoint`. Ours has more columns, of which only the first three are looked at here.
 */
import { join } from 'node:path'
import type { Files } from '../../base/files.ts'
import { readCheckpoint } from '../log/checkpoint-file.ts'
import { CLEAN_MARK } from '../log/directory-files.ts'
import { RECOVERY_POINTS } from '../log/recovery-points.ts'
import { statusOf } from './place.ts'

export interface RecoveryPoints {
  /** The last stop was clean: every log ends where it should. */
  readonly clean: boolean
  of(partition: string): number
}

export async function recoveryPoints(files: Files, directory: string, kind: 'millrace' | 'kafka'): Promise<RecoveryPoints> {
  const name = kind === 'millrace' ? RECOVERY_POINTS : 'recovery-point-offset-checkpoint'
  const points = await offsetsIn(files, join(directory, name))
  const clean = (await statusOf(join(directory, CLEAN_MARK))) !== undefined
  return { clean, of: partition => points.get(partition) ?? 0 }
}

/** `topic partition offset` lines, by the partition's directory. */
export async function offsetsIn(files: Files, path: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await readCheckpoint(files, path)) ?? []
  return new Map(lines.map(([topic, partition, offset]) => [`${topic}-${partition}`, Number(offset)]))
}
