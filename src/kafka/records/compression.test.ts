import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { javaBatches, rdkafkaBatches } from '../../testing/golden-batches.ts'
import { BATCH_HEADER_BYTES } from './batch.ts'
import { packZstd, storeZstd, zstdImplementation } from './codecs/zstd.ts'
import { unpackZstdFrames } from './codecs/zstd-unpack.ts'
import { type Codec, codecs, compress, decompress } from './compression.ts'

const packing = codecs.filter(codec => codec !== 'none')
/** Where zstd is only stored, nothing becomes smaller. */
const packsAtAll = (codec: Codec) => codec !== 'zstd' || zstdImplementation() !== 'stored'
const text = 'the quick brown fox jumps over the lazy dog, '
const bytesOf = (text: string) => new TextEncoder().encode(text)
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const MIB = 1 << 20

/** Data with repetitions near and far, and without any. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .array(fc.oneof(fc.constantFrom('a', 'ab', '{"user":"ann","amount":', text), fc.string({ maxLength: 9 })), { maxLength: 400 })
    .map(words => bytesOf(words.join(''))),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), fc.integer({ min: 1, max: 3 }))
    .map(([bytes, times]) => repeat(bytes, times)),
)

describe.each(packing)('%s', codec => {
  test('what is packed unpacks to itself', () => {
    fc.assert(
      fc.property(data, bytes => {
        const packed = compress(codec, bytes)
        expect(same(decompress(codec, packed, bytes.length), bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('what repeats itself becomes small, at the ends of blocks too', () => {
    for (const size of [32 << 10, 64 << 10, (64 << 10) + 1, 300_000]) {
      const bytes = repeat(bytesOf(text), size / text.length + 1).subarray(0, size)
      const packed = compress(codec, bytes)
      if (packsAtAll(codec)) expect(packed.length).toBeLessThan(size / 15)
      expect(same(decompress(codec, packed, size), bytes)).toBe(true)
    }
  })

  test('a bomb is cut at the limit', () => {
    const packed = compress(codec, new Uint8Array(4 * MIB))
    if (packsAtAll(codec)) expect(packed.length).toBeLessThan(MIB / 4)
    expect(errorOf(codec, packed, MIB)).toBe('RECORD_BATCH_TOO_LARGE')
    expect(decompress(codec, packed, 4 * MIB).length).toBe(4 * MIB)
  })

  test('data that is cut off is an error, or what it was cut to', () => {
    const packed = compress(codec, repeat(bytesOf(text), 20))
    for (let length = 0; length < packed.length; length++) {
      expect(['RECORD_BATCH_CORRUPT', undefined]).toContain(errorOf(codec, packed.subarray(0, length), MIB))
    }
  })

  test('any bytes unpack to something within the limit, or are an error', () => {
    const seeds = [
      javaBatches[codec].subarray(BATCH_HEADER_BYTES),
      rdkafkaBatches[codec].subarray(BATCH_HEADER_BYTES),
      compress(codec, repeat(bytesOf(text), 50)),
      compress(
        codec,
        Uint8Array.from({ length: 3000 }, (_, i) => Math.imul(i, i) >> 3),
      ),
    ]
    fc.assert(
      fc.property(damaged(seeds), bytes => {
        errorOf(codec, bytes, 100_000)
      }),
      { numRuns: 2000 },
    )
  })
})

test('an error says what and why', () => {
  expect(() => decompress('lz4', hex('04224d18 60 40 82 05000000'), MIB)).toThrow(
    'lz4 data: is damaged: the frame ends too early',
  )
  expect(() => decompress('gzip', gzipSync(bytesOf(text)), 9)).toThrow('gzip data: unpacks to more than 9 bytes')
})

describe('snappy', () => {
  test('a bare block is read too', () => {
    expect(decompress('snappy', hex('05 10 61 62 63 64 65'), 5)).toEqual(bytesOf('abcde'))
  })

  test('frames that were put one behind the other are one', () => {
    const [one, two] = [compress('snappy', bytesOf('abc')), compress('snappy', bytesOf('def'))]
    expect(decompress('snappy', Buffer.concat([one, two]), 6)).toEqual(bytesOf('abcdef'))
  })

  test.each([
    ['a size of 4 GiB', 'ffffffff0f 00 61', 'RECORD_BATCH_TOO_LARGE'],
    ['a size that is not kept', '80 80 01 00 61', 'RECORD_BATCH_CORRUPT'],
    ['a copy of what is not there', '05 00 61 05 02', 'RECORD_BATCH_CORRUPT'],
    ['a copy from nowhere', '05 00 61 01 00', 'RECORD_BATCH_CORRUPT'],
    ['a literal of 4 GiB', '05 fc ffffffff 61', 'RECORD_BATCH_CORRUPT'],
    ['more than its size', '02 08 616263', 'RECORD_BATCH_CORRUPT'],
  ])('%s', (_, block, code) => {
    expect(errorOf('snappy', hex(block), MIB)).toBe(code)
  })
})

describe('lz4', () => {
  const text = (frame: string) => new TextDecoder().decode(decompress('lz4', hex(frame), 100))

  /** As lz4 1.9.4 writes it with different options. */
  test.each([
    ['bare', '04224d18 604082 0c000000 3c616263030050626361626300000000'],
    ['with a checksum', '04224d18 6440a7 0c000000 3c6162630300506263616263 00000000 fee029ab'],
    ['with its size', '04224d18 6c40180000000000000035 0c000000 3c6162630300506263616263 00000000 fee029ab'],
    ['with a checksum of each block', '04224d18 7440bd 0c000000 3c6162630300506263616263 083a63b6 00000000 fee029ab'],
  ])('a frame %s', (_, frame) => {
    expect(text(frame)).toBe('abc'.repeat(8))
  })

  test('blocks that reach back into those before them', () => {
    const blocks = '04000080 61626364 09000000 00 0400 50 7a7a7a7a7a 00000000'
    expect(text(`04224d18 4040c0 ${blocks}`)).toBe('abcdabcdzzzzz')
    expect(errorOf('lz4', hex(`04224d18 604082 ${blocks}`), 100)).toBe('RECORD_BATCH_CORRUPT')
  })

  test('frames one behind the other, data for others in between', () => {
    const frame = '04224d18 604082 03000080 616263 00000000'
    expect(text(`${frame} 502a4d18 02000000 ffff ${frame}`)).toBe('abcabc')
  })
})

describe('zstd, unpacked here', () => {
  const unpack = (packed: Uint8Array, maxBytes = MIB) => {
    try {
      return unpackZstdFrames(packed, maxBytes)
    } catch (error) {
      if (error instanceof RangeError) return error.message
      throw error
    }
  }

  test('at every level', () => {
    fc.assert(
      fc.property(data, fc.constantFrom(1, 3, 9, 19), (bytes, level) => {
        expect(same(unpack(packZstd(bytes, level), bytes.length), bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  /** Literals of uneven frequency are worth a Huffman code; more than one block takes over tables of the one before. */
  test('many blocks', () => {
    let state = 1
    const next = () => (state = Math.imul(state, 0x19660d) + 0x3c6ef35f) >>> 8
    const words = Array.from(
      { length: 60_000 },
      () => 'etaoin shrdlu{}":0123456789'.charAt(Math.min(next() % 27, next() % 27)) + (next() % 40 === 0 ? text : ''),
    )
    const bytes = bytesOf(words.join(''))
    for (const level of [1, 5, 19]) expect(same(unpack(packZstd(bytes, level)), bytes)).toBe(true)
  })

  test('what is stored', () => {
    for (const size of [0, 1, 128 << 10, (128 << 10) + 1]) {
      const bytes = new Uint8Array(size).fill(7)
      expect(same(unpack(storeZstd(bytes)), bytes)).toBe(true)
      expect(same(decompress('zstd', storeZstd(bytes), MIB), bytes)).toBe(true)
    }
  })

  test('any bytes', () => {
    const seeds = [
      javaBatches.zstd.subarray(BATCH_HEADER_BYTES),
      packZstd(repeat(bytesOf(text), 50)),
      packZstd(bytesOf(text + text.toUpperCase()), 19),
    ]
    fc.assert(
      fc.property(damaged(seeds), bytes => {
        unpack(bytes, 100_000)
      }),
      { numRuns: 3000 },
    )
  })

  /** Four stored bytes, then a block of sequences of 65,538 bytes each: one is good, three are more than a block may make. */
  test('a block that makes more than it may', () => {
    const head = '28b52ffd 0058 200000 61626364'
    expect(unpack(hex(`${head} 450000 00 01 54 000033 ffff`))).toHaveLength(4 + 65_538)
    expect(unpack(hex(`${head} 650000 00 03 54 000033 ffffffffff3f`))).toBe('a block is too large')
  })

  test.each([
    ['a bomb of repeated bytes', `28b52ffd 0058 ${'020010 00'.repeat(9)}`, `it unpacks to more than ${MIB} bytes`],
    ['a match of what is not there', '28b52ffd 0058 450000 00 01 54 000033 ffff', 'a match reaches before the data'],
    [
      'a table of an earlier block that is not there',
      '28b52ffd 0058 350000 00 01 fc 000033',
      'a block takes over a table that is not there',
    ],
    ['a dictionary', '28b52ffd 0158 07 010000', 'the frame needs a dictionary'],
    ['a block that is not there', '28b52ffd 0058', 'the frame ends too early'],
    ['nothing', '', 'the frame ends too early'],
  ])('%s', (_, frame, error) => {
    expect(unpack(hex(frame))).toBe(error)
  })
})

// ── fixtures ────────────────────────────────────────────────────────────────────────────────────────

function same(a: Uint8Array | string, b: Uint8Array): boolean {
  return typeof a !== 'string' && Buffer.compare(a, b) === 0
}

function repeat(bytes: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: bytes.length * Math.trunc(times) }, (_, i) => bytes[i % bytes.length]!)
}

/** The code of the error, undefined where there is none; then what comes out keeps the limit. */
function errorOf(codec: Codec, packed: Uint8Array, maxBytes: number): string | undefined {
  try {
    expect(decompress(codec, packed, maxBytes).length).toBeLessThanOrEqual(maxBytes)
    return undefined
  } catch (error) {
    if (error instanceof DataError) return error.code
    throw error
  }
}

/** Some bytes of good data changed, cut out or put in; or no good data at all. */
function damaged(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'set', 'flip', 'cut', 'insert')), {
    minLength: 1,
    maxLength: 4,
  })
  const changed = fc.tuple(fc.constantFrom(...seeds), changes).map(([seed, changes]) => {
    let bytes = [...seed]
    for (const [place, value, how] of changes) {
      const at = place % bytes.length
      if (how === 'set') bytes[at] = value
      else if (how === 'flip') bytes[at]! ^= 1 << (value & 7)
      else if (how === 'cut') bytes = bytes.length < 20 ? bytes : [...bytes.slice(0, at), ...bytes.slice(at + (value % 4) + 1)]
      else bytes.splice(at, 0, value)
    }
    return Uint8Array.from(bytes)
  })
  const headed = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(24), fc.uint8Array({ maxLength: 60 }))
    .map(([seed, head, rest]) => Uint8Array.from([...seed.slice(0, head), ...rest]))
  return fc.oneof({ weight: 6, arbitrary: changed }, { weight: 3, arbitrary: headed }, fc.uint8Array({ maxLength: 60 }))
}
