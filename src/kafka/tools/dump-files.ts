/** Indexes, producer snapshots, the state journal and small text files as lines. */
import { basename } from 'node:path'
import { readFile } from 'node:fs/promises'
import { parseSegmentFile } from '../log/names.ts'
import { decodeProducers } from '../log/producer-snapshot.ts'
import { ProducerStates } from '../log/producer-states.ts'
import { scanEntries } from '../log/state-journal.ts'
import { ABORTED_ENTRY_BYTES, decodeAborted } from '../log/transaction-index.ts'
import type { DumpContext, DumpLine } from './dump.ts'
import { offsetEntries, timeEntries } from './index-entries.ts'
import { entryText, plainJson } from './journal-text.ts'

export async function* dumpIndex({ path, file, from = 0, to = Number.POSITIVE_INFINITY }: DumpContext): AsyncIterable<DumpLine> {
  const { kind, offset: base } = parseSegmentFile(basename(path).replace(/\.(cleaned|swap|deleted)$/, ''))!
  const bytes = await readFile(path)
  if (kind === 'txnindex') return yield* dumpAborted(file, bytes)
  const { entries, fault } = kind === 'index' ? offsetEntries(bytes) : timeEntries(bytes)
  for (const { relativeOffset, value } of entries) {
    const offset = base + relativeOffset
    if (offset < from || offset > to) continue
    yield kind === 'index'
      ? { file, kind: 'index', text: `${offset} → @${value}`, value: { offset, position: value } }
      : { file, kind: 'time', text: `${value} → ${offset}`, value: { timestamp: value, offset } }
  }
  if (fault !== undefined)
    yield { file, kind: 'fault', text: `byte ${fault.at}: ${fault.what}`, value: { position: fault.at, what: fault.what } }
}

function* dumpAborted(file: string, bytes: Uint8Array): Iterable<DumpLine> {
  const listed = decodeAborted(bytes)
  for (const aborted of listed) {
    const { producerId, firstOffset, lastOffset, lastStableOffset } = aborted
    yield {
      file,
      kind: 'aborted',
      text: `producer ${producerId} ${firstOffset}..${lastOffset} stable ${lastStableOffset}`,
      value: { ...aborted },
    }
  }
  const end = listed.length * ABORTED_ENTRY_BYTES
  if (end < bytes.length)
    yield {
      file,
      kind: 'fault',
      text: `byte ${end}: an entry is not sound`,
      value: { position: end, what: 'an entry is not sound' },
    }
}

export async function* dumpProducers({ path, file }: DumpContext): AsyncIterable<DumpLine> {
  const states = new ProducerStates()
  if (!decodeProducers(await readFile(path), states)) {
    yield { file, kind: 'fault', text: 'the snapshot of producers is not whole', value: { position: 0, what: 'not whole' } }
    return
  }
  for (const state of states.values()) {
    const last = state.batches > 0 ? state.batch(state.batches - 1) : undefined
    const value = {
      producerId: state.producerId,
      epoch: state.epoch,
      lastSequence: last?.lastSequence ?? -1,
      lastOffset: last?.lastOffset ?? -1,
      timestamp: state.lastTimestamp,
      coordinatorEpoch: state.coordinatorEpoch,
      transactionFirstOffset: state.transactionFirstOffset,
    }
    const open = value.transactionFirstOffset < 0 ? '' : ` transaction open since ${value.transactionFirstOffset}`
    const text = `producer ${value.producerId}:${value.epoch} sequence ${value.lastSequence} offset ${value.lastOffset} at ${value.timestamp}${open}`
    yield { file, kind: 'producer', text, value }
  }
}

export async function* dumpJournal({ path, file }: DumpContext): AsyncIterable<DumpLine> {
  const bytes = await readFile(path)
  const lines: DumpLine[] = []
  const end = scanEntries(bytes, (section, entry, position) => {
    const { section: name, kind, value } = entryText(section, entry)
    const text = `@${position} ${name}${kind === undefined ? '' : ` ${kind}`} ${plainJson(value)}`
    lines.push({
      file,
      kind: 'entry',
      text,
      value: { position, section: name, ...(kind === undefined ? {} : { kind }), entry: value },
    })
  })
  yield* lines
  if (end < bytes.length)
    yield {
      file,
      kind: 'fault',
      text: `byte ${end}: no whole entry; ${bytes.length - end} bytes to the end of the file`,
      value: { position: end, what: 'no whole entry', bytes: bytes.length - end },
    }
}

export async function* dumpText({ path, file }: DumpContext): AsyncIterable<DumpLine> {
  for (const line of (await readFile(path, 'utf8')).split('\n'))
    if (line !== '') yield { file, kind: 'line', text: line, value: { line } }
}
