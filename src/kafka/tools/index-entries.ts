/**
 * Entries of `.index` and `.timeindex` files as they stand there, nothing passed over in silence. Kafka keeps the files of its
 * active segment at full length, zeros behind the last entry; a broker that was killed leaves them so.
 */
export interface IndexEntry {
  /** Where the entry begins. */
  readonly at: number
  readonly relativeOffset: number
  /** Of `.index`: a position in the log. Of `.timeindex`: a timestamp. */
  readonly value: number
}

export interface IndexEntries {
  readonly entries: readonly IndexEntry[]
  /** What does not belong into such a file, and where. */
  readonly fault: { readonly at: number; readonly what: string } | undefined
}

export function offsetEntries(bytes: Uint8Array): IndexEntries {
  return readEntries(bytes, 8, (view, at) => ({ at, relativeOffset: view.getInt32(at), value: view.getInt32(at + 4) }))
}

export function timeEntries(bytes: Uint8Array): IndexEntries {
  return readEntries(bytes, 12, (view, at) => ({
    at,
    relativeOffset: view.getInt32(at + 8),
    value: Number(view.getBigInt64(at)),
  }))
}

function readEntries(bytes: Uint8Array, size: number, read: (view: DataView, at: number) => IndexEntry): IndexEntries {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: IndexEntry[] = []
  let at = 0
  for (; at + size <= bytes.length; at += size) {
    const entry = read(view, at)
    if (entry.relativeOffset === 0 && entry.value === 0) break
    const before = entries.at(-1)
    if (before !== undefined && (entry.relativeOffset <= before.relativeOffset || entry.value <= before.value))
      return { entries, fault: { at, what: 'an entry does not lie behind the one before it' } }
    entries.push(entry)
  }
  for (let rest = at; rest < bytes.length; rest++)
    if (bytes[rest] !== 0) return { entries, fault: { at: rest, what: 'there is something behind the last entry' } }
  return { entries, fault: undefined }
}
