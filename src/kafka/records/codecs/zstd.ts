/**
 * Zstandard: by Node where it has it (22.15 and later). Before, it is unpacked by zstd-unpack.ts, packed by
 * `@toondepauw/node-zstd` where that is installed, and otherwise put into frames as it is, which every reader takes.
 */
import * as zlib from 'node:zlib'
import { loadNative } from '../native.ts'
import { unpackZstdFrames } from './zstd-unpack.ts'

/** The types are those of Node 20. */
const node = zlib as unknown as {
  zstdCompressSync?(bytes: Uint8Array, options: { params: Record<number, number> }): Uint8Array
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
}
const ZSTD_c_compressionLevel = 100

interface Encoder {
  encodeSync(bytes: Buffer): Uint8Array
}
interface NodeZstd {
  readonly Encoder: new (level: number) => Encoder
}

/** By level: making one costs more than packing a small batch. */
const encoders = new Map<number, Encoder>()

/** As of zstd itself, and of Kafka. */
const DEFAULT_LEVEL = 3

export function packZstd(bytes: Uint8Array, level = DEFAULT_LEVEL): Uint8Array {
  if (node.zstdCompressSync !== undefined) return node.zstdCompressSync(bytes, { params: { [ZSTD_c_compressionLevel]: level } })
  const encoder = encoderOf(level)
  if (encoder === undefined) return storeZstd(bytes)
  return encoder.encodeSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
}

function encoderOf(level: number): Encoder | undefined {
  const known = encoders.get(level)
  if (known !== undefined) return known
  const NodeZstd = loadNative<NodeZstd>('@toondepauw/node-zstd')
  if (NodeZstd === undefined) return undefined
  const encoder = new NodeZstd.Encoder(level)
  encoders.set(level, encoder)
  return encoder
}

/** Who packs here; 'stored' packs nothing. */
export function zstdImplementation(): 'node' | 'native' | 'stored' {
  if (node.zstdCompressSync !== undefined) return 'node'
  return encoderOf(DEFAULT_LEVEL) === undefined ? 'stored' : 'native'
}

export function unpackZstd(packed: Uint8Array, maxBytes: number): Uint8Array {
  if (node.zstdDecompressSync !== undefined) return node.zstdDecompressSync(packed, { maxOutputLength: Math.max(1, maxBytes) })
  return unpackZstdFrames(packed, maxBytes)
}

const BLOCK_BYTES = 128 << 10

/** A frame of blocks that are stored as they are: magic, a single segment of so many bytes, blocks behind 3 bytes each. */
export function storeZstd(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES))
  const out = new Uint8Array(9 + blocks * 3 + bytes.length)
  out.set([0x28, 0xb5, 0x2f, 0xfd, 0b10_1_00000, bytes.length, bytes.length >> 8, bytes.length >> 16, bytes.length >> 24])
  let used = 9
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
    const header = (part.length << 3) | (block === blocks - 1 ? 1 : 0)
    out.set([header, header >> 8, header >> 16], used)
    out.set(part, used + 3)
    used += 3 + part.length
  }
  return out
}
