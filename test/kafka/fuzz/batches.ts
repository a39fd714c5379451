/**
 * Record batches as an attacker sends them: sound ones, sound outside with nonsense inside, bombs, and such as claim what is
 * not so.
 */
import { BATCH_HEADER_BYTES, sealBatch } from '#src/kafka/records/batch.ts'
import { BatchBuilder } from '#src/kafka/records/batch-builder.ts'
import { type Codec, codecs, compress } from '#src/kafka/records/compression.ts'
import type { Chance } from './chance.ts'
import { mutated } from './mutations.ts'

/** Where they lie in a header: what an attacker would change, and how wide it is. */
const headerFields = [
  { at: 0, bytes: 8 },
  { at: 8, bytes: 4 },
  { at: 12, bytes: 4 },
  { at: 16, bytes: 1 },
  { at: 21, bytes: 2 },
  { at: 23, bytes: 4 },
  { at: 27, bytes: 8 },
  { at: 35, bytes: 8 },
  { at: 43, bytes: 8 },
  { at: 51, bytes: 2 },
  { at: 53, bytes: 4 },
  { at: 57, bytes: 4 },
] as const

const CODEC_AT = 22
const UNPACKED_BYTES = 80 << 20

export function someBatch(chance: Chance, nowMs: number): Uint8Array {
  const kind = chance.next()
  if (kind < 0.3) return soundBatch(chance, nowMs)
  if (kind < 0.45) return sealed(chance, nowMs, batch => spoilHeader(batch, chance))
  if (kind < 0.6) return sealed(chance, nowMs, batch => spoilRecords(batch, chance))
  if (kind < 0.7) return bombOf(chance.of(codecs.slice(1)), chance)
  if (kind < 0.8)
    return withPayload(chance.of(['snappy', 'lz4', 'zstd', 'gzip'] as const), lyingPayload(chance), chance.int(1, 50))
  if (kind < 0.9) return mutated(soundBatch(chance, nowMs), chance)
  if (kind < 0.95) return Buffer.concat([soundBatch(chance, nowMs), soundBatch(chance, nowMs)])
  return chance.bytes(chance.int(0, 200))
}

export function soundBatch(chance: Chance, nowMs: number): Uint8Array {
  const builder = new BatchBuilder()
  for (let i = chance.int(1, 20); i > 0; i--) {
    const headers = chance.is(0.2) ? [{ key: 'trace', value: chance.is(0.5) ? null : chance.bytes(5) }] : []
    const value = chance.is(0.1) ? null : chance.bytes(chance.int(0, 60))
    builder.append(nowMs - chance.int(0, 1000), chance.is(0.3) ? null : chance.bytes(chance.int(0, 4)), value, headers)
  }
  const idempotent = chance.is(0.3)
    ? { producerId: chance.int(0, 20), producerEpoch: chance.int(0, 1), baseSequence: chance.int(0, 3) }
    : {}
  return builder.finish({ codec: chance.of(codecs), transactional: chance.is(0.15), ...idempotent }).slice()
}

function sealed(chance: Chance, nowMs: number, spoil: (batch: Uint8Array) => void): Uint8Array {
  const batch = soundBatch(chance, nowMs)
  spoil(batch)
  // What is wrong is covered by the checksum, where the header is whole enough to have one.
  if (lengthOf(batch) === batch.length) sealBatch(batch, 0)
  return batch
}

const lengthOf = (batch: Uint8Array): number => 12 + new DataView(batch.buffer, batch.byteOffset).getInt32(8)

function spoilHeader(batch: Uint8Array, chance: Chance): void {
  for (let i = chance.int(1, 3); i > 0; i--) {
    const { at, bytes } = chance.of(headerFields)
    const fill = chance.of([0x00, 0x01, 0x7f, 0x80, 0xff])
    batch.fill(fill, at, at + bytes)
    if (chance.is(0.5)) batch[at] = chance.of([0, 0x7f, 0x80, 0xff])
  }
}

/** Lengths, deltas and counts of records are varints: any of them may claim anything. */
function spoilRecords(batch: Uint8Array, chance: Chance): void {
  for (let i = chance.int(1, 6); i > 0; i--) {
    const at = chance.int(BATCH_HEADER_BYTES, batch.length - 1)
    const claim = chance.of([
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x80],
      [0x01],
      [0xfe],
    ])
    batch.set(claim.slice(0, batch.length - at), at)
  }
}

/** A header of `count` records before this payload. */
function withPayload(codec: Codec, payload: Uint8Array, count: number): Uint8Array {
  const builder = new BatchBuilder()
  builder.append(1_700_000_000_000, null, new Uint8Array(1))
  const header = builder.finish().slice(0, BATCH_HEADER_BYTES)
  const batch = new Uint8Array(BATCH_HEADER_BYTES + payload.length)
  batch.set(header)
  batch.set(payload, BATCH_HEADER_BYTES)
  const view = new DataView(batch.buffer)
  view.setInt32(8, batch.length - 12)
  view.setInt32(23, count - 1)
  view.setInt32(57, count)
  batch[CODEC_AT] = codecs.indexOf(codec)
  sealBatch(batch, 0)
  return batch
}

const bombs = new Map<Codec, Uint8Array>()

/** A few kilobytes that unpack to many megabytes: zeros, or records of zeros. */
function bombOf(codec: Codec, chance: Chance): Uint8Array {
  let packed = bombs.get(codec)
  if (packed === undefined) {
    // Snappy packs twentyfold at most, and a batch of a megabyte is refused for its size.
    packed = compress(codec, new Uint8Array(codec === 'snappy' ? 16 << 20 : UNPACKED_BYTES))
    bombs.set(codec, packed)
  }
  return withPayload(codec, packed, chance.of([1, 7, 1000, 3_000_000, 2 ** 31 - 1]))
}

/** Frames of codecs that begin as they should and claim a size of their own. */
function lyingPayload(chance: Chance): Uint8Array {
  const beginning = chance.of([
    // zstd: a window of 128 MiB and more, a content size of 2^63
    [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x01, 0x00, 0x00],
    // zstd: a run of 2 MiB, again and again
    [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x98, ...Array.from({ length: 64 }, () => [0x02, 0x00, 0x10, 0x00]).flat()],
    // lz4: blocks of 4 MiB, with a content size
    [0x04, 0x22, 0x4d, 0x18, 0x68, 0x70, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x73],
    [0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, 0xff, 0xff, 0xff, 0x7f],
    // snappy: 2^32 - 1 bytes claimed; and as Java frames it, with a block as long
    [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x00],
    [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff],
    // gzip: a header with a name that does not end
    [0x1f, 0x8b, 0x08, 0x08, 0, 0, 0, 0, 0, 3, ...Array.from({ length: 100 }, () => 0x41)],
    [0x1f, 0x8b, 0x08, 0x00, 0, 0, 0, 0, 0, 3],
  ])
  return Uint8Array.from([...beginning, ...chance.bytes(chance.int(0, 40))])
}
