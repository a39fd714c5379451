/**
 * The five codecs of record batches. What a batch holds behind its header is compressed as one stream; readers unpack
 * it in one go, into no more than they are told to.
 *
 *     decompress('gzip', bytes, 1 << 20)     the records, or an error: damaged, or more than 1 MiB
 */
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { DataError } from '../../base/errors.ts'
import { packLz4, unpackLz4 } from './codecs/lz4.ts'
import { TooLargeError } from './codecs/output.ts'
import { packSnappy, unpackSnappy } from './codecs/snappy.ts'
import { packZstd, unpackZstd } from './codecs/zstd.ts'

/** As `compression.type` names them. Their place is the codec's number in a batch's attributes. */
export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof codecs)[number]

/** Levels count for gzip (1–9) and zstd (−131072–22), as in Kafka; there are none for snappy, and one for lz4. */
export function compress(codec: Codec, bytes: Uint8Array, level?: number): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return gzipSync(bytes, { level: level ?? constants.Z_DEFAULT_COMPRESSION, chunkSize: chunkFor(bytes.length / 2) })
    case 'snappy':
      return packSnappy(bytes)
    case 'lz4':
      return packLz4(bytes)
    case 'zstd':
      return packZstd(bytes, level)
  }
}

/**
 * The bytes, in a buffer of their own but for 'none'. Memory grows with what comes out, whatever the data says of its size.
 * Throws a DataError RECORD_BATCH_CORRUPT, or RECORD_BATCH_TOO_LARGE as soon as it would be more than `maxBytes`.
 */
export function decompress(codec: Codec, bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return unpack(codec, bytes, maxBytes)
  } catch (cause) {
    if (cause instanceof TooLargeError || (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DataError('RECORD_BATCH_TOO_LARGE', `${codec} data`, `unpacks to more than ${maxBytes} bytes`, { cause })
    }
    throw new DataError('RECORD_BATCH_CORRUPT', `${codec} data`, `is damaged: ${(cause as Error).message}`, { cause })
  }
}

function unpack(codec: Codec, bytes: Uint8Array, maxBytes: number): Uint8Array {
  switch (codec) {
    case 'none':
      if (bytes.length > maxBytes) throw new TooLargeError(maxBytes)
      return bytes
    case 'gzip':
      return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes), chunkSize: chunkFor(bytes.length * 4) })
    case 'snappy':
      return unpackSnappy(bytes, maxBytes)
    case 'lz4':
      return unpackLz4(bytes, maxBytes)
    case 'zstd':
      return unpackZstd(bytes, maxBytes)
  }
}

/** How much zlib puts into one buffer before it takes another. */
const chunkFor = (size: number): number => Math.min(1 << 20, Math.max(4 << 10, Math.ceil(size)))
