/**
 * How a cleaned segment takes the place of those it was made of, so that a crash at any point leaves the old ones or the new one.
 *
 *     written    100.log.cleaned  100.index.cleaned  …  100.range.cleaned: 0‥300, as the new one stands for 100 and 200
 *     decided    100.log.swap     100.index.swap     …  100.range.swap     all of them renamed, and the directory synced
 *     done       100.log          100.index          …                     200.log is gone, then the range
 *
 * A start that finds a `.cleaned` file of a segment throws away all of its `.cleaned` and `.swap` files: it was not decided. Where
 * there is a range and no `.cleaned` any more it was, and whatever is left of the old ones goes. The range says which those are:
 * what compaction has emptied leaves no trace in the new segment itself. Readers hold on to old files, whose names end in
 * `.deleted` meanwhile; at a start nobody does. Names are Kafka's; the range is our own.
 */
import { join } from 'node:path'
import type { Files } from '../../../base/files.ts'
import { readCheckpoint } from '../checkpoint-file.ts'
import { type SegmentFileKind, segmentFile } from '../names.ts'

export const CLEANED = '.cleaned'
export const SWAP = '.swap'
export const DELETED = '.deleted'

type Kind = SegmentFileKind | 'range'

/** Of the new segment, in the order they are renamed; it has no more than these. */
const newKinds: readonly Kind[] = ['range', 'index', 'timeindex', 'txnindex', 'log']

export interface SwapRange {
  readonly baseOffset: number
  readonly endOffset: number
  /** Entries of the new transaction index; without any there is no file of it. */
  readonly aborted: number
}

const NAME = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot|range)(\.cleaned|\.swap|(?:\.\d+)?\.deleted)?$/

interface Found {
  readonly name: string
  readonly offset: number
  readonly kind: Kind
  readonly suffix: string
}

export const rangeFile = (directory: string, baseOffset: number, suffix: string): string =>
  fileOf(directory, baseOffset, 'range', suffix)

const fileOf = (directory: string, baseOffset: number, kind: Kind, suffix: string): string =>
  segmentFile(directory, baseOffset, kind as SegmentFileKind) + suffix

const parsed = (names: readonly string[]): Found[] =>
  names.flatMap(name => {
    const match = NAME.exec(name)
    return match === null ? [] : [{ name, offset: Number(match[1]), kind: match[2] as Kind, suffix: match[3] ?? '' }]
  })

/** Decides for the new segment. When it resolves, every later start has it. */
export async function decideSwap(files: Files, directory: string, { baseOffset, aborted }: SwapRange): Promise<void> {
  for (const kind of newKinds)
    if (kind !== 'txnindex' || aborted > 0)
      await files.rename(fileOf(directory, baseOffset, kind, CLEANED), fileOf(directory, baseOffset, kind, SWAP))
  await files.syncDirectory(directory)
}

/**
 * Gives a decided segment its names. The old ones have none any more in a running broker, and lose them here at a start. Done
 * again it does the same.
 */
export async function completeSwap(files: Files, directory: string, range: SwapRange): Promise<void> {
  const { baseOffset, endOffset, aborted } = range
  const found = parsed(await files.list(directory))
  for (const { name, offset, suffix } of found)
    if (suffix === '' && offset > baseOffset && offset < endOffset) await files.remove(join(directory, name))
  for (const { name, offset, kind, suffix } of found)
    if (suffix === SWAP && offset === baseOffset && kind !== 'range')
      await files.rename(join(directory, name), fileOf(directory, baseOffset, kind, ''))
  if (aborted === 0) await files.remove(fileOf(directory, baseOffset, 'txnindex', ''))
  await files.syncDirectory(directory)
  await files.remove(rangeFile(directory, baseOffset, SWAP))
  await files.syncDirectory(directory)
}

/** Throws away what was written of a segment that nothing was decided about. */
export async function dropCleaned(files: Files, directory: string, baseOffset: number): Promise<void> {
  // Without its range nothing that was renamed already counts.
  await files.remove(rangeFile(directory, baseOffset, SWAP))
  await files.syncDirectory(directory)
  for (const kind of newKinds)
    for (const suffix of [SWAP, CLEANED]) await files.remove(fileOf(directory, baseOffset, kind, suffix))
}

/** The same for all segments that something was written of. */
export async function dropAllCleaned(files: Files, directory: string): Promise<void> {
  const bases = parsed(await files.list(directory)).flatMap(({ suffix, offset }) => (suffix === CLEANED ? [offset] : []))
  for (const base of new Set(bases)) await dropCleaned(files, directory, base)
}

/**
 * What a start does about swaps that a crash came between. Answers the names that the directory has then. `running`: readers may
 * still be opening what was put aside.
 */
export async function settleSwaps(
  files: Files,
  directory: string,
  names: readonly string[],
  running: boolean,
): Promise<readonly string[]> {
  const left = parsed(names).filter(({ suffix }) => suffix !== '')
  if (left.length === 0) return names
  const undecided = new Set(left.filter(({ suffix }) => suffix === CLEANED).map(({ offset }) => offset))
  const decided: SwapRange[] = []
  for (const { name, offset, kind, suffix } of left) {
    if (suffix !== SWAP || undecided.has(offset)) continue
    if (kind === 'range') decided.push(await readRange(files, join(directory, name), offset))
    // Its range is gone: it was thrown away, and that was interrupted.
    else if (!left.some(other => other.kind === 'range' && other.suffix === SWAP && other.offset === offset))
      undecided.add(offset)
  }
  for (const range of decided) await completeSwap(files, directory, range)
  for (const offset of undecided) await dropCleaned(files, directory, offset)
  for (const { name, suffix } of left) if (!running && suffix.endsWith(DELETED)) await files.remove(join(directory, name))
  return files.list(directory)
}

async function readRange(files: Files, path: string, baseOffset: number): Promise<SwapRange> {
  const line = (await readCheckpoint(files, path))?.[0]
  // It was synced before it was renamed.
  if (line === undefined) throw new Error(`${path} does not say what it stands for`)
  return { baseOffset, endOffset: Number(line[0]), aborted: Number(line[1]) }
}
