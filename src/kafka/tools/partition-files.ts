/**
 * The files of a partition's directory, sorted by what they are.
 *
 *     00000000000000000000.log .index .timeindex [.txnindex]      a segment
 *     00000000000000004711.snapshot                               producers as they were at 4711
 *     ….cleaned  ….swap  ….deleted                                compaction under way, what it replaced, or left by a crash in it
 */
import { readdir } from 'node:fs/promises'
import { parseSegmentFile } from '../log/names.ts'

export interface PartitionFiles {
  /** Base offsets of segments, growing. */
  readonly bases: readonly number[]
  readonly names: ReadonlySet<string>
  /** Offsets of producer snapshots, growing. */
  readonly snapshots: readonly number[]
  /** `.cleaned`, `.swap` and their range: a start of the broker sees to them. `.deleted` files are of no account. */
  readonly leftovers: readonly string[]
}

export async function partitionFiles(directory: string): Promise<PartitionFiles> {
  const names = await readdir(directory)
  const offsets = (kind: 'log' | 'snapshot') =>
    names
      .map(parseSegmentFile)
      .filter(file => file?.kind === kind)
      .map(file => file!.offset)
      .toSorted((a, b) => a - b)
  return {
    bases: offsets('log'),
    names: new Set(names),
    snapshots: offsets('snapshot'),
    leftovers: names.filter(name => /\.(cleaned|swap|range)$/.test(name)),
  }
}
