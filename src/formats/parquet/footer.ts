/** The end of a Parquet file: `… footer, its length in 32 bits, PAR1`. */
import { DataError, UnsupportedError } from '../../base/errors.ts'
import type { BulkFile } from '../format.ts'
import { type FileMeta, MetadataError, fileMeta } from './metadata.ts'
import { type Node, columnTree } from './schema.ts'
import { ThriftError, readStruct } from './thrift.ts'

/** Most footers lie within the first read. */
const FIRST_READ_BYTES = 64 << 10

export interface Footer {
  readonly meta: FileMeta
  readonly columns: readonly Node[]
}

export async function readFooter(file: BulkFile): Promise<Footer> {
  const notParquet = (what: string, hint?: string) => new DataError('PARQUET_FILE', file.name, what, { hint })
  if (file.size < 12) throw notParquet(`it is no Parquet file: it has ${file.size} bytes`)
  let tail = await readEnd(file, Math.min(file.size, FIRST_READ_BYTES))
  const magic = new TextDecoder('latin1').decode(tail.subarray(-4))
  if (magic === 'PARE') throw new UnsupportedError(`an encrypted Parquet file (${file.name})`)
  if (magic !== 'PAR1') {
    const head = new TextDecoder('latin1').decode(await file.read(0, 4))
    if (head === 'PAR1') throw new DataError('FILE_TRUNCATED', file.name, 'it starts as a Parquet file, but its end is missing')
    throw notParquet("it is no Parquet file: it does not end with 'PAR1'")
  }
  const length = new DataView(tail.buffer, tail.byteOffset + tail.length - 8, 4).getUint32(0, true)
  if (length + 12 > file.size) throw notParquet(`its footer would have ${length} bytes, the file has ${file.size}`)
  if (length + 8 > tail.length) tail = await readEnd(file, length + 8)
  try {
    const meta = fileMeta(readStruct(tail.subarray(tail.length - 8 - length, tail.length - 8), 0).struct)
    return { meta, columns: columnTree(meta.schema) }
  } catch (error) {
    if (error instanceof ThriftError || error instanceof MetadataError)
      throw new DataError('PARQUET_FILE', file.name, `its footer is damaged: ${error.message}`, { cause: error })
    throw error
  }
}

async function readEnd(file: BulkFile, length: number): Promise<Uint8Array> {
  const bytes = await file.read(file.size - length, length)
  if (bytes.length < length) throw new DataError('FILE_TRUNCATED', file.name, 'the file ended while it was read')
  return bytes
}
