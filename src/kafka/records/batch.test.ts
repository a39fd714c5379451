import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { javaBatches, transaction } from '../../testing/golden-batches.ts'
import {
  BATCH_HEADER_BYTES,
  addToSequence,
  batchBytesAt,
  checkBatch,
  countRecords,
  forEachBatch,
  isDense,
  lastSequence,
  lastSequenceAt,
  nextSequence,
  readBatchHeader,
  sealBatch,
  setLogAppendTime,
  stamp,
  writeBatchHeader,
} from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { batchText } from './batch-text.ts'

const MAX_INT = 2 ** 31 - 1

describe('a header', () => {
  test('comes back as it was written', () => {
    const int64 = fc.maxSafeInteger()
    const int32 = fc.integer()
    const header = fc.record({
      baseOffset: int64,
      leaderEpoch: int32,
      attributes: fc.integer({ min: -32768, max: 32767 }),
      lastOffsetDelta: int32,
      baseTimestamp: int64,
      maxTimestamp: int64,
      producerId: int64,
      producerEpoch: fc.integer({ min: -1, max: 32767 }),
      baseSequence: int32,
      recordCount: int32,
    })
    fc.assert(
      fc.property(header, fc.nat(5), (header, at) => {
        const bytes = new Uint8Array(80)
        writeBatchHeader(bytes, at, 70, header)
        expect(readBatchHeader(bytes, at)).toEqual(header)
        expect(batchBytesAt(bytes, at)).toBe(70)
      }),
    )
  })

  test('is stamped without a new checksum', () => {
    const bytes = javaBatches.lz4.slice()
    stamp(bytes, 0, 5_000_000_000, 7)
    expect(checkBatch(bytes, 0, bytes.length)).toBeUndefined()
    expect(batchText(bytes)).toMatch(/^5000000000..5000000003 4 records .* epoch 7$/)
  })

  test('takes the time of the log, with a new checksum', () => {
    const bytes = javaBatches.none.slice()
    setLogAppendTime(bytes, 0, 1_800_000_000_000)
    expect(checkBatch(bytes, 0, bytes.length)).toBeUndefined()
    expect(batchText(bytes)).toContain(' LogAppendTime 1795949519085..1800000000000 ')
  })
})

describe('sequences', () => {
  test('go on at 0 behind the greatest', () => {
    expect(nextSequence(41)).toBe(42)
    expect(nextSequence(MAX_INT)).toBe(0)
    expect(addToSequence(MAX_INT - 1, 3)).toBe(1)
    expect(lastSequence(MAX_INT, 1)).toBe(MAX_INT)
    expect(lastSequence(MAX_INT, 2)).toBe(0)
  })

  test('of a batch', () => {
    expect(lastSequenceAt(javaBatches.none, 0)).toBe(3)
    expect(lastSequenceAt(transaction, 2 * 78)).toBe(-1)
  })
})

describe('checking', () => {
  const sound = oneRecord()
  /** What is wrong once bytes have changed: `{ 16: 1 }`. */
  const faultAfter = (changes: Record<number, number>, reseal: boolean) => {
    const bytes = sound.slice()
    for (const [place, value] of Object.entries(changes)) bytes[Number(place)] = value
    if (reseal) sealBatch(bytes, 0)
    return checkBatch(bytes, 0, bytes.length)
  }

  test('nothing is wrong with a sound batch', () => {
    expect(checkBatch(sound, 0, sound.length)).toBeUndefined()
    expect(isDense(sound, 0)).toBe(true)
  })

  test('a batch that is cut off anywhere is truncated', () => {
    for (let end = 0; end < sound.length; end++) expect(checkBatch(sound, 0, end)).toBe('truncated')
  })

  test('any bit that changes behind the leader epoch is found', () => {
    for (let bit = 16 * 8; bit < sound.length * 8; bit++) {
      expect(faultAfter({ [bit >> 3]: sound[bit >> 3]! ^ (1 << (bit & 7)) }, false)).toMatch(/^(crc|magic)$/)
    }
  })

  test.each([
    ['no length', 'length', { 11: 0 }],
    ['less than a header', 'length', { 11: 48 }],
    ['a negative length', 'length', { 8: 0x80 }],
    ['a length beyond the bytes', 'truncated', { 8: 0x7f }],
    ['the format before 0.11', 'magic', { 16: 1 }],
  ])('%s: %s', (_, fault, changes) => {
    expect(faultAfter(changes, false)).toBe(fault)
  })

  test.each([
    ['a codec that is none', 'codec', { 22: 5 }],
    ['an offset below 0', 'offset', { 0: 0x80 }],
    ['an offset that is not exact', 'offset', { 0: 0x7f }],
    ['a last offset before the base', 'offset', { 23: 0xff }],
    ['more records than offsets', 'count', { 60: 2 }],
    ['less than no records', 'count', { 57: 0xff }],
    ['more records than bytes', 'count', { 25: 16, 59: 16 }],
  ])('%s: %s', (_, fault, changes) => {
    expect(faultAfter(changes, true)).toBe(fault)
  })

  test('a compacted batch may have no record left', () => {
    const builder = new BatchBuilder()
    builder.startAt(40)
    const bytes = builder.finish({ lastOffset: 49, maxTimestamp: 1000 })
    expect(bytes.length).toBe(BATCH_HEADER_BYTES)
    expect(checkBatch(bytes, 0, bytes.length)).toBeUndefined()
    expect(isDense(bytes, 0)).toBe(false)
    expect(batchText(bytes)).toBe('40..49 0 records none CreateTime 1000..1000 epoch -1')
  })
})

describe('batches one behind the other', () => {
  const visited = (bytes: Uint8Array, from?: number, end?: number) => {
    const places: string[] = []
    const stop = forEachBatch(bytes, (at, batchEnd) => void places.push(`${at}..${batchEnd}`), from, end)
    return `${places.join(' ')} | ${stop}`
  }

  test('are visited, but one that is cut off', () => {
    expect(visited(transaction)).toBe('0..78 78..156 156..234 | 234')
    expect(visited(transaction.subarray(0, 233))).toBe('0..78 78..156 | 156')
    expect(visited(transaction.subarray(0, 160))).toBe('0..78 78..156 | 156')
    expect(visited(transaction, 78, 200)).toBe('78..156 | 156')
    expect(visited(new Uint8Array(0))).toBe(' | 0')
  })

  test('until the visitor has enough', () => {
    expect(forEachBatch(transaction, () => false)).toBe(78)
  })

  test('that are none are an error', () => {
    expect(() => visited(new Uint8Array(100))).toThrow('batch at byte 0: is too short')
  })

  test('are counted', () => {
    expect(countRecords(transaction)).toBe(3)
    expect(countRecords(Buffer.concat([javaBatches.gzip, javaBatches.none]))).toBe(8)
  })
})

function oneRecord(): Uint8Array {
  const builder = new BatchBuilder()
  builder.append(1000, null, Uint8Array.of(1, 2, 3))
  return builder.finish()
}
