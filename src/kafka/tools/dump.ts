/**
 * `log dump`: what a directory or a file holds, line by line.
 *
 *     {file: 'orders-0/00000000000000000000.log', kind: 'batch', text: '0..3 4 records …', value: {…}}
 *
 * Lines come file by file. What is not whole is a line of kind 'fault', and the end of its file.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { MillraceError } from '../../base/errors.ts'
import { type NodeFiles, nodeFiles } from '../../base/node-files.ts'
import { parsePartitionDirectory, parseSegmentFile } from '../log/names.ts'
import { dumpBatches, dumpBatchJournal } from './dump-batches.ts'
import { dumpIndex, dumpJournal, dumpProducers, dumpText } from './dump-files.ts'
import { partitionFiles } from './partition-files.ts'
import { isMissing, placeOf } from './place.ts'

export interface DumpLine {
  /** Below the directory that was asked for. */
  readonly file: string
  readonly kind: 'batch' | 'record' | 'index' | 'time' | 'aborted' | 'producer' | 'entry' | 'journalled' | 'line' | 'fault'
  readonly text: string
  readonly value: object
}

export interface DumpRequest {
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  /** Batches that hold offsets from here on … */
  readonly from?: number | undefined
  /** … and up to here. */
  readonly to?: number | undefined
  readonly records?: boolean
}

/** What the dump of one file needs. */
export interface DumpContext extends DumpRequest {
  readonly files: NodeFiles
  /** As it is called in the output. */
  readonly file: string
  readonly path: string
  /** The topic whose file it is. */
  readonly topic: string | undefined
}

export async function* dump(path: string, request: DumpRequest = {}): AsyncIterable<DumpLine> {
  const place = await placeOf(path)
  const files = nodeFiles()
  try {
    if (place.kind === 'file') yield* dumpFile(files, path, dirname(path), request)
    else if (place.kind === 'partition') yield* dumpPartition(files, path, path, request)
    else yield* dumpDirectory(files, path, request)
  } finally {
    await files.close()
  }
}

async function* dumpDirectory(files: NodeFiles, path: string, request: DumpRequest): AsyncIterable<DumpLine> {
  const names = await readdir(path)
  if (request.topic === undefined) {
    for (const name of ownFiles) if (names.includes(name)) yield* dumpFile(files, join(path, name), path, request)
    for (const name of ['journal', 'batches'])
      for (const each of (await listed(join(path, name))).toSorted())
        yield* dumpFile(files, join(path, name, each), path, request)
  }
  let found = false
  for (const name of names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const partition = parsePartitionDirectory(name)
    if (partition === undefined || name.endsWith('-delete') || name.endsWith('-stray')) continue
    if (request.topic !== undefined && partition.topic !== request.topic) continue
    if (request.partition !== undefined && partition.partition !== request.partition) continue
    found = true
    yield* dumpPartition(files, join(path, name), path, request)
  }
  if (!found && request.topic !== undefined) throw noSuchPartition(path, request)
}

const ownFiles = [
  'meta.properties',
  'leader-epoch',
  'recovery-points',
  'recovery-point-offset-checkpoint',
  'log-start-offset-checkpoint',
  'replication-offset-checkpoint',
  'cleaner-offset-checkpoint',
]

async function* dumpPartition(files: NodeFiles, path: string, root: string, request: DumpRequest): AsyncIterable<DumpLine> {
  const { bases, names } = await partitionFiles(path)
  const { from = 0, to = Number.POSITIVE_INFINITY } = request
  for (const name of [...names].toSorted(byOffset)) {
    const file = parseSegmentFile(name)
    if (file !== undefined && file.kind !== 'snapshot') {
      const next = bases.find(base => base > file.offset) ?? Number.POSITIVE_INFINITY
      if (file.offset > to || next <= from) continue
    }
    yield* dumpFile(files, join(path, name), root, request)
  }
}

/** Files of one segment stand together, its batches first. */
function byOffset(a: string, b: string): number {
  const order = (name: string) => [name.split('.')[0]!, name.endsWith('.log') ? 0 : 1, name] as const
  const [x, y] = [order(a), order(b)]
  return x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : x[1] - y[1] || (x[2] < y[2] ? -1 : 1)
}

async function* dumpFile(files: NodeFiles, path: string, root: string, request: DumpRequest): AsyncIterable<DumpLine> {
  const context: DumpContext = {
    ...request,
    files,
    path,
    file: relative(root, path) || basename(path),
    topic: parsePartitionDirectory(basename(dirname(resolve(path))))?.topic,
  }
  try {
    yield* dumpKind(context)
  } catch (error) {
    // A running broker drops files.
    if (!isMissing(error)) throw error
  }
}

function dumpKind(context: DumpContext): AsyncIterable<DumpLine> {
  const name = basename(context.path).replace(/\.(cleaned|swap|deleted)$/, '')
  if (/\.(log|checkpoint)$/.test(name)) return dumpBatches(context)
  if (/^\d{20}\.(index|timeindex|txnindex)$/.test(name)) return dumpIndex(context)
  if (/^\d{20}\.snapshot$/.test(name)) return dumpProducers(context)
  if (/^\d+\.(journal|snapshot)$/.test(name)) return dumpJournal(context)
  if (name.endsWith('.batches')) return dumpBatchJournal(context)
  if (name === 'reserve') return nothing()
  return dumpText(context)
}

async function* nothing(): AsyncIterable<DumpLine> {}

async function listed(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

const noSuchPartition = (path: string, { topic, partition }: DumpRequest): MillraceError =>
  new MillraceError(
    'PARTITION_UNKNOWN',
    'user',
    `${path} has no directory of ${partition === undefined ? `topic ${topic}` : `${topic}-${partition}`}`,
    { hint: 'a partition without records has none' },
  )
