import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolError } from './protocol-error.ts'
import { Reader } from './reader.ts'

const reader = (digits: string): Reader => new Reader(Buffer.from(digits.replaceAll(' ', ''), 'hex'))

const failure = (read: () => unknown): string => {
  try {
    return `no failure: ${JSON.stringify(read())}`
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.message}`
    throw error
  }
}

test('integers', () => {
  const all = reader('01 80 8000 ffff 80000000 ffffffff fffffffffffffffe 3ff8000000000000')
  expect([all.bool(), all.int8(), all.int16(), all.uint16(), all.int32(), all.uint32(), all.int64(), all.float64()]).toEqual([
    true,
    -128,
    -32_768,
    65_535,
    -(2 ** 31),
    2 ** 32 - 1,
    -2,
    1.5,
  ])
  all.expectEnd()
})

test('int64 is exact up to 2^53, and its ends are the nearest doubles', () => {
  expect(reader('001fffffffffffff').int64()).toBe(Number.MAX_SAFE_INTEGER)
  expect(reader('ffe0000000000001').int64()).toBe(Number.MIN_SAFE_INTEGER)
  expect(reader('7fffffffffffffff').int64()).toBe(2 ** 63)
  expect(reader('8000000000000000').int64()).toBe(-(2 ** 63))
})

test('varints', () => {
  expect(['00', '7f', '8001', 'ac02', 'ffffffff0f'].map(digits => reader(digits).uvarint())).toEqual([
    0,
    127,
    128,
    300,
    2 ** 32 - 1,
  ])
  expect(failure(() => reader('8080').uvarint())).toBe(
    'MESSAGE_TRUNCATED the message ends after 2 bytes, inside a field of 1 at byte 2',
  )
  expect(failure(() => reader('ffffffffff01').uvarint())).toBe('MESSAGE_MALFORMED a varint of more than 32 bits, before byte 5')
})

test('texts, with length and compact', () => {
  expect(reader('0004 c3a46263').string()).toBe('äbc')
  expect(reader('05 c3a46263').compactString()).toBe('äbc')
  expect(reader('ffff').nullableString()).toBe(null)
  expect(reader('00').compactNullableString()).toBe(null)
  expect(reader('0000').nullableString()).toBe('')
  expect(failure(() => reader('ffff').string())).toBe("MESSAGE_MALFORMED null for a string that can't be, before byte 2")
  expect(failure(() => reader('fffe').nullableString())).toBe('MESSAGE_MALFORMED a string of length -2, before byte 2')
  expect(failure(() => reader('0005 c3a46263').string())).toBe(
    'MESSAGE_TRUNCATED the message ends after 6 bytes, inside a field of 5 at byte 2',
  )
})

test('ids are base64url', () => {
  expect(reader('00'.repeat(16)).uuid()).toBe('AAAAAAAAAAAAAAAAAAAAAA')
  expect(reader('fb'.repeat(16)).uuid()).toBe('-_v7-_v7-_v7-_v7-_v7-w')
})

test('bytes are views into the input', () => {
  const input = Buffer.from('00000002abcd', 'hex')
  const bytes = new Reader(input).bytes()
  input[5] = 0xff
  expect(bytes).toEqual(Uint8Array.of(0xab, 0xff))
  expect(failure(() => reader('fffffffe').nullableBytes())).toBe('MESSAGE_MALFORMED bytes of length -2, before byte 4')
  expect(failure(() => reader('ffffffff0f ab').compactBytes())).toContain('MESSAGE_TRUNCATED')
})

test('counts are believed as far as there are bytes', () => {
  expect(reader('00000002 abcd').arrayLength()).toBe(2)
  expect(failure(() => reader('00000003 abcd').arrayLength())).toBe('MESSAGE_TRUNCATED 3 elements announced with 2 bytes left')
  expect(failure(() => reader('ffffffff0f ab').compactArrayLength())).toContain('MESSAGE_TRUNCATED')
  expect(failure(() => reader('fffffffe').nullableArrayLength())).toContain('MESSAGE_MALFORMED')
})

test('tagged fields end where they said', () => {
  expect(failure(() => reader('02 01 01 aa 05 7f bb').skipTags())).toContain('MESSAGE_TRUNCATED')
  const tags = reader('01 aabbcc')
  const end = tags.tagEnd()
  tags.int16()
  expect(failure(() => tags.expectTagEnd(end))).toBe(
    'MESSAGE_MALFORMED a tagged field that ends at byte 3 where 2 was announced, before byte 3',
  )
})

test('a reader goes on to other ranges and other memory', () => {
  const memory = Buffer.from('0001000200030004', 'hex')
  const some = new Reader(memory, 2, 4)
  expect([some.int16(), some.remaining, some.position]).toEqual([2, 0, 2])
  expect(failure(() => some.int8())).toContain('MESSAGE_TRUNCATED')
  some.reset(memory.subarray(4), 2)
  expect(some.int16()).toBe(4)
  some.reset(Uint8Array.of(0, 5, 9))
  expect(some.int16()).toBe(5)
  expect(failure(() => some.expectEnd())).toBe('MESSAGE_TRAILING 1 bytes are left behind the message')
})

test('texts seen lately are the texts there are, whatever was seen before', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 24 })
  const some = new Reader()
  fc.assert(
    fc.property(fc.array(text, { maxLength: 50 }), texts => {
      for (const expected of [...texts, ...texts]) {
        const bytes = Buffer.from(expected)
        some.reset(Buffer.concat([Uint8Array.of(0, bytes.length), bytes]))
        expect(some.string()).toBe(expected)
      }
    }),
  )
})
