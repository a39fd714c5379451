/** Pages unpacked, in one go each. Throws what the codec throws where the bytes are not its own; the caller names the place. */
import * as zlib from 'node:zlib'
import { decompress as unpackByFzstd } from 'fzstd'
import { UnsupportedError } from '../../base/errors.ts'
import { unpackHadoopLz4, unpackLz4 } from './lz4.ts'
import type { Codec } from './metadata.ts'
import { unpackSnappy } from './snappy.ts'

/** Node has zstd of its own since 22.15; the types are those of Node 20. */
const nativeZstd = (zlib as { zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array })
  .zstdDecompressSync

/** The `size` bytes that `packed` holds: a buffer of its own, or `packed` itself where nothing is packed. */
export function unpack(codec: Codec, packed: Uint8Array, size: number): Uint8Array {
  const bytes = size === 0 && packed.length === 0 ? packed : unpackBy(codec, packed, size)
  if (bytes.length !== size) throw new RangeError(`it unpacks to ${bytes.length} bytes, not ${size}`)
  return bytes
}

function unpackBy(codec: Codec, packed: Uint8Array, size: number): Uint8Array {
  const limit = { maxOutputLength: Math.max(size, 1) }
  switch (codec) {
    case 'UNCOMPRESSED':
      return packed
    case 'SNAPPY':
      return unpackSnappy(packed, size)
    case 'GZIP':
      return zlib.unzipSync(packed, limit)
    case 'BROTLI':
      return zlib.brotliDecompressSync(packed, limit)
    case 'ZSTD':
      return nativeZstd === undefined ? unpackZstd(packed, size) : nativeZstd(packed, limit)
    case 'LZ4_RAW':
      return unpackLz4(packed, size)
    case 'LZ4':
      return unpackHadoopLz4(packed, size)
    case 'LZO':
      throw new UnsupportedError('the Parquet compression LZO')
  }
}

/** fzstd fills the buffer it gets, whatever the frame's size: it is held against the frame's header first. */
function unpackZstd(packed: Uint8Array, size: number): Uint8Array {
  const told = zstdSize(packed)
  if (told !== undefined && told !== size) throw new RangeError(`it unpacks to ${told} bytes, not ${size}`)
  return unpackByFzstd(packed, new Uint8Array(size))
}

/** Frame_Content_Size of RFC 8878, 3.1.1.1.4; undefined where the frame does not tell it. */
function zstdSize(packed: Uint8Array): number | undefined {
  const descriptor = packed[4] ?? 0
  const single = (descriptor >> 5) & 1
  const width = descriptor >> 6 === 0 ? single : 1 << (descriptor >> 6)
  const at = 6 - single + [0, 1, 2, 4][descriptor & 3]!
  if (width === 0 || packed.length < at + width) return undefined
  let size = width === 2 ? 256 : 0
  for (let i = 0; i < width; i++) size += packed[at + i]! * 256 ** i
  return size
}
