/** Headers of records, read when someone asks for them. */
import type { RecordsView } from './record-reader.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A value starts at −1 where it is null. */
export type HeaderVisit = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void

/** The headers of record `row`, as places in the view's bytes. The reader has found them whole. */
export function forEachHeader(view: RecordsView, row: number, visit: HeaderVisit): void {
  const { bytes } = view
  let at = view.headerStarts[row]!
  let length = 0
  const readLength = (): void => {
    let zigzag = 0
    let byte: number
    let shift = 0
    do {
      byte = bytes[at++]!
      zigzag |= (byte & 127) << shift
      shift += 7
    } while (byte > 127)
    length = (zigzag >>> 1) ^ -(zigzag & 1)
  }
  for (let i = view.headerCounts[row]!; i > 0; i--) {
    readLength()
    const keyStart = at
    const keyEnd = (at += length)
    readLength()
    if (length < 0) visit(keyStart, keyEnd, -1, -1)
    else visit(keyStart, keyEnd, at, (at += length))
  }
}

const utf8 = new TextDecoder()

/** The headers of record `row` as values; they look into the view's bytes. */
export function headersOf(view: RecordsView, row: number): RecordHeader[] {
  const headers: RecordHeader[] = []
  forEachHeader(view, row, (keyStart, keyEnd, valueStart, valueEnd) => {
    const key = utf8.decode(view.bytes.subarray(keyStart, keyEnd))
    headers.push({ key, value: valueStart < 0 ? null : view.bytes.subarray(valueStart, valueEnd) })
  })
  return headers
}
