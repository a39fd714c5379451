/**
 * The changelog as JSON, one object a line: `{"op":"+I","row":{"user":"ann","total":7}}`. Stable, for programs to read:
 * BIGINT and DECIMAL are numbers with all their digits, timestamps are `2024-01-31 10:11:12.123` (TIMESTAMP_LTZ in UTC
 * with a Z), BINARY is base64, NULL is null.
 */
import { Options } from '../catalog/option.ts'
import type { Chunk } from '../data/chunk.ts'
import { rowKindText } from '../data/row-kind.ts'
import type { Schema } from '../data/type.ts'
import type { ByteWriter } from '../formats/format.ts'
import { byteWriter } from '../formats/byte-writer.ts'
import { formats } from '../formats/index.ts'

const LINE_END = 10
const encoder = new TextEncoder()
const openings = rowKindText.map(op => encoder.encode(`{"op":"${op}","row":`))
const CLOSING = encoder.encode('}\n')

/** The lines of a chunk. The bytes are valid until the next call. The chunk stays the caller's. */
export function jsonLines(schema: Schema, name: string): (chunk: Chunk) => Uint8Array {
  const json = formats.get('json')!
  const options = new Options("format 'json'", json.options, { 'encode.decimal-as-plain-number': 'true' })
  const rows = json.encoder!(schema, options, { zone: 'UTC', name: `${name}/json-lines` })
  const encoded = byteWriter()
  const lines = byteWriter()
  return chunk => {
    encoded.length = 0
    lines.length = 0
    rows.encode(chunk, encoded)
    let start = 0
    for (let row = 0; row < chunk.length; row++) {
      const end = encoded.bytes.indexOf(LINE_END, start)
      append(lines, openings[chunk.kinds?.[row] ?? 0]!)
      append(lines, encoded.bytes.subarray(start, end))
      append(lines, CLOSING)
      start = end + 1
    }
    return lines.bytes.subarray(0, lines.length)
  }
}

function append(writer: ByteWriter, bytes: Uint8Array): void {
  writer.reserve(bytes.length)
  writer.bytes.set(bytes, writer.length)
  writer.length += bytes.length
}
