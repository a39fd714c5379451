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
      return nativeZstd === undefined ? unpackByFzstd(packed, new Uint8Array(size)) : nativeZstd(packed, limit)
    case 'LZ4_RAW':
      return unpackLz4(packed, size)
    case 'LZ4':
      return unpackHadoopLz4(packed, size)
    case 'LZO':
      throw new UnsupportedError('the Parquet compression LZO')
  }
}
