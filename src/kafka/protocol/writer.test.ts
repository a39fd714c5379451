import { expect, test } from 'vitest'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

const digits = (write: (writer: Writer) => void): string => {
  const writer = new Writer()
  write(writer)
  return Buffer.from(writer.bytes()).toString('hex')
}

test('int64 from numbers, with its ends', () => {
  const int64 = (value: number) => digits(w => w.int64(value))
  expect(int64(-2)).toBe('fffffffffffffffe')
  expect(int64(Number.MAX_SAFE_INTEGER)).toBe('001fffffffffffff')
  expect(int64(Number.MIN_SAFE_INTEGER)).toBe('ffe0000000000001')
  expect(int64(2 ** 63)).toBe('7fffffffffffffff')
  expect(int64(Infinity)).toBe('7fffffffffffffff')
  expect(int64(-(2 ** 63))).toBe('8000000000000000')
  expect(() => int64(0.5)).toThrow('0.5 is no int64')
  expect(() => int64(NaN)).toThrow('is no int64')
})

test.each([
  ['int8', 128],
  ['int16', -32_769],
  ['uint16', -1],
  ['int32', 2 ** 31],
  ['uint32', 2 ** 32],
] as const)('%s does not take %d', (type, value) => {
  expect(() => new Writer()[type](value)).toThrow(`${value} is no ${type}`)
})

test('varints', () => {
  expect([0, 127, 128, 300, 2 ** 32 - 1].map(value => digits(w => w.uvarint(value)))).toEqual([
    '00',
    '7f',
    '8001',
    'ac02',
    'ffffffff0f',
  ])
})

test('texts, ASCII or not, short or long', () => {
  for (const text of ['', 'cats', 'ä', 'cats → 𝄞', 'x'.repeat(31), 'x'.repeat(126), 'x'.repeat(127), 'ä'.repeat(20_000)]) {
    const writer = new Writer()
    writer.compactString(text)
    if (text.length < 1000) writer.string(text)
    const reader = new Reader(writer.bytes())
    expect(reader.compactString()).toBe(text)
    if (text.length < 1000) expect(reader.string()).toBe(text)
    reader.expectEnd()
  }
  expect(() => new Writer().string('x'.repeat(32_768))).toThrow('32768 is no int16')
})

test('ids, and what is none', () => {
  expect(digits(w => w.uuid('-_v7-_v7-_v7-_v7-_v7-w'))).toBe('fb'.repeat(16))
  for (const none of [
    '',
    'AAAAAAAAAAAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAAAAAAA=',
    'AAAAAAAAAAAAAAAAAAAAAB',
    'AAAAAAAAAAAäAAAAAAAAAA',
  ]) {
    expect(() => new Writer().uuid(none)).toThrow('is no uuid')
  }
})

test('the size of a tagged field is known at its end', () => {
  for (const size of [0, 1, 127, 128, 20_000]) {
    const writer = new Writer()
    const begin = writer.beginTag(7)
    writer.raw(new Uint8Array(size).fill(3))
    writer.endTag(begin)
    writer.int8(1)
    const reader = new Reader(writer.bytes())
    expect([reader.uvarint(), reader.uvarint()]).toEqual([7, size])
    reader.skip(size)
    expect(reader.int8()).toBe(1)
    reader.expectEnd()
  }
})

test('bytes that were taken are not written again', () => {
  const writer = new Writer()
  writer.int32(1)
  const first = writer.take()
  writer.int32(2)
  expect(writer.position).toBe(4)
  const large = new Uint8Array(100_000).fill(9)
  writer.raw(large)
  const second = writer.take()
  writer.int32(3)
  expect(Buffer.from(first).toString('hex')).toBe('00000001')
  expect(second.subarray(4)).toEqual(Buffer.from(large))
  expect(Buffer.from(writer.bytes()).toString('hex')).toBe('00000003')
  writer.reset()
  expect(writer.position).toBe(0)
})

test('a frame: its length is filled in last, and counts what is spliced in', () => {
  const writer = new Writer()
  const size = writer.gap32()
  const source = { byteLength: 100 }
  writer.int8(1)
  writer.compactNullableRecords(source)
  writer.nullableRecords(Uint8Array.of(5))
  writer.records({ byteLength: 0 })
  writer.fillInt32(size, writer.byteLength() - 4)
  expect(writer.pieces().map(piece => (piece instanceof Uint8Array ? Buffer.from(piece).toString('hex') : piece))).toEqual([
    '0000006f0165',
    source,
    '000000010500000000',
  ])
})
