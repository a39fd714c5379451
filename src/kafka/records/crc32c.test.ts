import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c, crc32cImplementation, crc32cInJavaScript, crc32cOf } from './crc32c.ts'
import { nativeProblems } from './native.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hex = (crc: number) => crc.toString(16).padStart(8, '0')

/** The check value of the catalogue of CRCs, and those of RFC 3720, B.4. */
test.each([
  ['', '00000000', bytesOf('')],
  ['123456789', 'e3069283', bytesOf('123456789')],
  ['32 zeros', '8a9136aa', new Uint8Array(32)],
  ['32 ones', '62a8ab43', new Uint8Array(32).fill(255)],
  ['0 to 31', '46dd794e', Uint8Array.from({ length: 32 }, (_, i) => i)],
  ['31 to 0', '113fdb5c', Uint8Array.from({ length: 32 }, (_, i) => 31 - i)],
])('%s → %s', (_, crc, bytes) => {
  expect(hex(crc32c(bytes))).toBe(crc)
})

test('goes on from a checksum', () => {
  const bytes = bytesOf('the quick brown fox jumps over the lazy dog '.repeat(20))
  for (const cut of [0, 1, 7, 300, bytes.length]) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes))
  }
})

test('is the same by the native package, in JavaScript and of a slice', () => {
  expect(crc32cImplementation()).toBe(nativeProblems.has('@node-rs/crc32') ? 'javascript' : 'native')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(16), fc.integer({ min: 0, max: 0xffffffff }), (bytes, start, seed) => {
      const from = Math.min(start, bytes.length)
      expect(crc32c(bytes.subarray(from), seed)).toBe(crc32cInJavaScript(bytes, from, bytes.length, seed))
      expect(crc32cOf(bytes, from, bytes.length)).toBe(crc32c(bytes.subarray(from)))
    }),
  )
})
