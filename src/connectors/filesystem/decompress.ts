/** Files whose ending names a compression are unpacked on the way: `.gz`, `.gzip`, `.zst`, `.zstd`. */
import { createReadStream } from 'node:fs'
import * as zlib from 'node:zlib'
import { Decompress } from 'fzstd'
import { DataError } from '../../base/errors.ts'

export type Compression = 'gzip' | 'zstd'

export const compressionOf = (path: string): Compression | undefined =>
  /\.(gz|gzip)$/i.test(path) ? 'gzip' : /\.(zst|zstd)$/i.test(path) ? 'zstd' : undefined

/** Node has zstd of its own since 22.15; the types are those of Node 20. */
const nativeZstd = (zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress

/** The unpacked bytes of a file, a block at a time. `counted` is told of each packed block as it is read. */
export async function* unpacked(
  path: string,
  compression: Compression,
  counted: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 256 << 10 })
  file.on('data', block => counted(block.length))
  try {
    if (compression === 'gzip') yield* throughStream(file, zlib.createGunzip({ chunkSize: 256 << 10 }))
    else if (nativeZstd !== undefined) yield* throughStream(file, nativeZstd())
    else yield* throughFzstd(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code?.startsWith('E') === true) throw cause
    throw new DataError('FILE_CORRUPT', path, `is not whole ${compression} data: ${message}`, { cause })
  } finally {
    file.destroy()
  }
}

async function* throughStream(file: NodeJS.ReadableStream, unpack: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  file.on('error', error => unpack.emit('error', error))
  for await (const block of file.pipe(unpack)) yield block as unknown as Uint8Array
}

async function* throughFzstd(file: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = []
  const unpack = new Decompress(block => out.push(block))
  for await (const block of file) {
    unpack.push(block as Uint8Array)
    yield* out
    out = []
  }
  unpack.push(new Uint8Array(), true)
  yield* out
}
