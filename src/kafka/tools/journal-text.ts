/**
 * Entries of the state journal as values that can be printed.
 *
 *     topics     {"topic":"orders","id":"…","partitions":2,"configs":{}}
 *     offsets    committed {"groupId":"g","topics":[…]}
 *
 * Secrets stay where they are: of SCRAM credentials only whose they are is told.
 */
import { ClassicGroupEntry, ConsumerGroupEntry, DeletedGroupEntry, EntryKind } from '../broker/groups/group-entries.ts'
import {
  CommittedEntry,
  DeletedOffsetsEntry,
  EndedEntry,
  OffsetEntryKind,
  PendingEntry,
} from '../broker/groups/offset-entries.ts'
import { stateNames } from '../broker/transactions/states.ts'
import { EntryKind as TransactionEntryKind, decodeEntry } from '../broker/transactions/transaction-entries.ts'
import { codecOf } from '../protocol/codec.ts'
import { Reader } from '../protocol/reader.ts'
import type { Message } from '../protocol/schema.ts'

export interface EntryText {
  /** By name, or number where these tools do not know it. */
  readonly section: string
  /** What the entry says of it, where a section has several kinds. */
  readonly kind: string | undefined
  readonly value: unknown
}

const sectionNames = ['', 'topics', 'producer ids', 'groups', 'offsets', 'transactions', 'security', 'configs', 'quotas'] as const

/** Throws where the bytes are not what the section writes. */
export function entryText(section: number, bytes: Uint8Array): EntryText {
  const name = sectionNames[section] ?? `section ${section}`
  const said = (kind: string | undefined, value: unknown): EntryText => ({ section: name, kind, value })
  switch (name) {
    case 'producer ids':
      return said(undefined, { nextBlock: Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0)) })
    case 'groups':
      return said(...ofKind(bytes, groupKinds))
    case 'offsets':
      return said(...ofKind(bytes, offsetKinds))
    case 'transactions': {
      const { kind, state, ...rest } = decodeEntry(bytes)
      const known = Object.entries(TransactionEntryKind).find(([, number]) => number === kind)?.[0]
      return said(known?.toLowerCase() ?? `kind ${kind}`, known === 'Whole' ? { ...rest, state: stateNames[state] } : rest)
    }
    default:
      return said(undefined, withoutSecrets(jsonOrHex(bytes)))
  }
}

type Kinds = ReadonlyMap<number, readonly [name: string, message: Message]>

const groupKinds: Kinds = new Map<number, readonly [string, Message]>([
  [EntryKind.Classic, ['classic', ClassicGroupEntry]],
  [EntryKind.Consumer, ['consumer', ConsumerGroupEntry]],
  [EntryKind.Deleted, ['deleted', DeletedGroupEntry]],
])

const offsetKinds: Kinds = new Map<number, readonly [string, Message]>([
  [OffsetEntryKind.Committed, ['committed', CommittedEntry]],
  [OffsetEntryKind.Deleted, ['deleted', DeletedOffsetsEntry]],
  [OffsetEntryKind.Pending, ['pending', PendingEntry]],
  [OffsetEntryKind.Ended, ['ended', EndedEntry]],
])

function ofKind(bytes: Uint8Array, kinds: Kinds): [string, unknown] {
  const reader = new Reader(bytes)
  const kind = reader.int8()
  const found = kinds.get(kind)
  if (found === undefined) return [`kind ${kind}`, hex(bytes)]
  return [found[0], codecOf(found[1], 0).decode(reader)]
}

function jsonOrHex(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return hex(bytes)
    throw error
  }
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { scram, secret, ...rest } = value as { scram?: readonly unknown[]; secret?: unknown }
  if (scram !== undefined) return { ...rest, scram: [...scram.slice(0, 3), '(secret)'] }
  return secret === undefined ? value : { ...rest, secret: '(secret)' }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Bytes within values as text that JSON can hold. */
export const plainJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    each instanceof Uint8Array ? hex(each) : isNodeBuffer(each) ? Buffer.from(each.data).toString('hex') : each,
  )

/** What a Buffer has become by the time a replacer sees it. */
const isNodeBuffer = (value: unknown): value is { data: number[] } =>
  typeof value === 'object' &&
  value !== null &&
  (value as { type?: unknown }).type === 'Buffer' &&
  Array.isArray((value as { data?: unknown }).data)
