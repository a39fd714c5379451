import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { javaBatches, rdkafkaBatches } from '../../testing/golden-batches.ts'
import { forEachBatch, sealBatch, writeBatchHeader, readBatchHeader } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { recordText } from './batch-text.ts'
import { type Codec, codecs } from './compression.ts'
import { RecordReader, type RecordsView } from './record-reader.ts'

describe('views of bounded size', () => {
  const log = Buffer.concat([
    batchOf('none', 0, 'a b c'),
    batchOf('none', 3, 'd'),
    batchOf('lz4', 4, 'e f'),
    batchOf('gzip', 6, 'g h i j k'),
    batchOf('none', 11, 'l'),
    batchOf('none', 12, ''),
    batchOf('none', 14, 'm'),
  ])

  test('batches are put together where their bytes are, or can be', () => {
    expect(viewsOf(log, 100)).toBe('a b c d | e f g h i j k l m')
  })

  test('batches are cut where a view is full', () => {
    expect(viewsOf(log, 3)).toBe('a b c | d | e f g | h i j | k l m')
    expect(viewsOf(log, 1)).toBe('a | b | c | d | e | f | g | h | i | j | k | l | m')
  })

  test('records of other bytes do not join', () => {
    const reader = new RecordReader()
    const [one, two] = [batchOf('none', 0, 'a'), batchOf('none', 1, 'b')]
    expect([reader.open(one), reader.fill(), reader.open(two)]).toEqual([true, true, false])
    expect(valuesIn(reader.view)).toBe('a')
    reader.clear()
    expect([reader.open(two), reader.fill()]).toEqual([true, true])
    expect(valuesIn(reader.view)).toBe('b')
  })

  test('any cut and any mix of codecs gives the same records', () => {
    const batches = fc.array(fc.tuple(fc.constantFrom<Codec>('none', 'none', 'snappy', 'lz4'), fc.integer({ min: 0, max: 9 })), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 12 }), (batches, capacity) => {
        let next = 0
        const log = Buffer.concat(
          batches.map(([codec, count]) => {
            const words = Array.from({ length: count }, () => `${next++}`)
            return batchOf(codec, next, words.join(' '))
          }),
        )
        const expected = Array.from({ length: next }, (_, i) => `${i}`)
        const views = viewsOf(log, capacity)
        expect(views.split(/[ |]+/).filter(word => word !== '')).toEqual(expected)
      }),
    )
  })
})

describe('what is no batch of records', () => {
  const reader = new RecordReader({ name: 'orders-3', maxBatchBytes: 100_000 })
  const errorOf = (bytes: Uint8Array, at = 0) => {
    try {
      reader.read(bytes, at)
      return undefined
    } catch (error) {
      if (error instanceof DataError) return error.message
      throw error
    }
  }

  /** A batch of one record, made of these bytes. */
  const record = (hex: string, count = 1, codec = 0) => {
    const records = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    const bytes = new Uint8Array(61 + records.length)
    bytes.set(records, 61)
    const header = readBatchHeader(javaBatches.none, 0)
    writeBatchHeader(bytes, 0, bytes.length, { ...header, baseOffset: 120, recordCount: count, attributes: codec })
    return bytes
  }

  test.each([
    ['0c 00 00 00 01 01 00', undefined],
    ['0e 00 00 00 02 61 01 00', undefined],
    // attributes, one byte of a delta, and nothing more
    ['0c 00 80 80 80 80 80', 'ends within a record'],
    ['0e 00 00 00 01 01 00', 'record 0 reaches out of the batch'],
    ['0a 00 00 00 01 01 00', 'record 0 is not as long as it says'],
    ['0b 00 00 00 01 01 00', 'record 0 reaches out of the batch'],
    ['0c 00 00 00 01 01 00 00', 'goes on behind its last record'],
    ['0e 00 00 00 04 61 01 00', 'ends within a record'],
    ['0e 00 00 00 7e 61 01 00', 'record 0 has a key that is too long'],
    ['0e 00 00 00 01 06 61 00', 'record 0 has a value that is too long'],
    ['0e 00 00 00 01 fe ff ff ff 0f', 'record 0 has a value that is too long'],
    ['0e 00 00 00 01 ff ff ff ff ff 0f', 'holds a number of more than 32 bits'],
    ['1e 00 ff ff ff ff ff ff ff ff ff ff 00 01 01 00', 'holds a number of more than 64 bits'],
    ['0c 00 00 00 01 01 01', 'record 0 has less than no headers'],
    ['0e 00 00 00 01 01 02 00', 'ends within a record'],
    ['10 00 00 00 01 01 02 04 00', 'record 0 has a header with a bad key'],
    ['10 00 00 00 01 01 02 00 04', 'record 0 has a header that is too long'],
    ['10 00 00 00 01 01 fe ff ff ff 0f', 'ends within a record'],
  ])('%s → %s', (hex, error) => {
    expect(errorOf(record(hex))).toBe(error === undefined ? undefined : `orders-3@120: the batch ${error}`)
  })

  test('more records than there can be', () => {
    expect(errorOf(record('0c 00 00 00 01 01 00', 2))).toBe("orders-3@120: the batch can't hold 2 records")
    expect(errorOf(record('0c 00 00 00 01 01 00', -1))).toBe("orders-3@120: the batch can't hold -1 records")
    expect(errorOf(record('28b52ffd 0058 210000 00000000', 2 ** 31 - 1, 4))).toBe(
      "orders-3@120: the batch can't hold 2147483647 records",
    )
  })

  test('a bomb, and damaged data', () => {
    const builder = new BatchBuilder()
    builder.append(0, null, new Uint8Array(200_000))
    expect(errorOf(builder.finish({ codec: 'gzip' }))).toBe('orders-3@0: gzip data: unpacks to more than 100000 bytes')
    expect(errorOf(record('00', 1, 1))).toMatch(/^orders-3@120: gzip data: is damaged: /)
    expect(errorOf(record('00', 1, 7))).toBe('orders-3@120: the batch is of the unknown codec 7')
  })

  test('any bytes are records, or an error; and the reader goes on', () => {
    const seeds = codecs.flatMap(codec => [javaBatches[codec], rdkafkaBatches[codec]])
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, (seed, changes) => {
        const bytes = seed.slice()
        // The length is right: checkBatch has seen to that.
        for (const [place, value] of changes) bytes[21 + (place % (bytes.length - 21))] = value
        sealBatch(bytes, 0)
        if (errorOf(bytes) === undefined) within(reader.view)
        expect(errorOf(seed)).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })
})

test('an error in the middle of a batch leaves what was read', () => {
  const batch = batchOf('none', 0, 'a b c d e f')
  // It says that it is a byte shorter.
  batch[batch.length - 8] = 12
  const reader = new RecordReader({ capacity: 4 })
  expect([reader.open(batch), reader.fill()]).toEqual([true, false])
  expect(valuesIn(reader.view)).toBe('a b c d')
  reader.clear()
  expect(() => reader.fill()).toThrow('batch@0: the batch record 5 is not as long as it says')
  expect(reader.view.count).toBe(0)
  expect(valuesIn(reader.read(batchOf('none', 0, 'a')))).toBe('a')
})

test('64-bit timestamps', () => {
  const timestamps = [0, 63, 64, -64, 2 ** 31, 2 ** 35 + 1, -(2 ** 40), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
  const builder = new BatchBuilder()
  for (const timestamp of timestamps) builder.append(timestamp, null, null)
  const view = new RecordReader().read(builder.finish())
  expect([...view.timestamps.subarray(0, view.count)]).toEqual(timestamps)
  expect(recordText(view, 7)).toBe('7 9007199254740991 NULL=NULL')
})

// ── fixtures ────────────────────────────────────────────────────────────────────────────────────────

/** A batch with a record for each word; without words one that compaction has emptied. */
function batchOf(codec: Codec, baseOffset: number, words: string): Uint8Array {
  const builder = new BatchBuilder()
  builder.startAt(baseOffset)
  for (const word of words.split(' ').filter(word => word !== '')) builder.append(1000, null, Buffer.from(word))
  return builder.finish({ codec, lastOffset: baseOffset + Math.max(builder.count, 1) - 1 })
}

const valuesIn = (view: RecordsView) =>
  Array.from({ length: view.count }, (_, row) =>
    Buffer.from(view.bytes.subarray(view.valueStarts[row], view.valueEnds[row])).toString(),
  ).join(' ')

/** The values in each view that a reader fills from the log. */
function viewsOf(log: Uint8Array, capacity: number): string {
  const reader = new RecordReader({ capacity })
  const views: string[] = []
  const take = () => {
    expect(reader.view.count).toBeLessThanOrEqual(capacity)
    if (reader.view.count > 0) views.push(valuesIn(reader.view))
    reader.clear()
  }
  forEachBatch(log, at => {
    if (!reader.open(log, at)) {
      take()
      reader.open(log, at)
    }
    while (!reader.fill()) take()
  })
  take()
  return views.join(' | ')
}

/** All places of a view lie in its bytes, in order. */
function within(view: RecordsView): void {
  for (let row = 0; row < view.count; row++) {
    const places = [
      view.keyStarts[row]!,
      view.keyEnds[row]!,
      view.valueStarts[row]!,
      view.valueEnds[row]!,
      view.headerStarts[row]!,
      view.ends[row]!,
    ]
    const there = places.filter(place => place >= 0)
    expect(there).toEqual(there.toSorted((a, b) => a - b))
    expect(view.ends[row]).toBeLessThanOrEqual(view.bytes.length)
  }
}
