import { expect, test } from 'vitest'
import { hash128 } from './key-hash.ts'
import { OffsetMap } from './offset-map.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function hashOf(text: string): string {
  const words = new Uint32Array(4)
  hash128(utf8(`?${text}`), 1, 1 + utf8(text).length, words)
  return [...words].map(word => word.toString(16).padStart(8, '0')).join('')
}

// As published with the implementations in C++ and JavaScript.
test.each([
  ['', '00000000000000000000000000000000'],
  ['I will not buy this record, it is scratched.', 'a0a9683b25ac5e40d9af2895890dddf5'],
])('hash of %s', (text, hash) => {
  expect(hashOf(text)).toBe(hash)
})

test('texts of every length have hashes of their own', () => {
  const hashes = new Set(Array.from({ length: 200 }, (_, i) => hashOf('a'.repeat(i))))
  expect(hashes.size).toBe(200)
})

test('the latest offset of each key, up to as many keys as it takes', () => {
  const map = new OffsetMap(24 * 100, 0.9)
  expect(map.capacity).toBe(90)
  let offset = 0
  for (; !map.full; offset++) {
    const key = utf8(`key ${Math.floor(offset / 2)}`)
    map.put(key, 0, key.length, offset)
  }
  expect(map.size).toBe(90)
  for (let i = 0; i < 89; i++) {
    const key = utf8(`key ${i}`)
    expect(map.get(key, 0, key.length)).toBe(2 * i + 1)
  }
  expect(map.get(utf8('another'), 0, 7)).toBe(-1)
  expect(map.get(utf8('key 0'), 0, 4)).toBe(-1)
})

test('it takes no more memory than there can be keys, and always one', () => {
  expect(new OffsetMap(1 << 30, 0.9, 10).capacity).toBeLessThan(15)
  const least = new OffsetMap(0, 0.9)
  least.put(utf8('a'), 0, 1, 5)
  expect(least.full).toBe(true)
  expect(least.get(utf8('a'), 0, 1)).toBe(5)
  expect(least.get(utf8('b'), 0, 1)).toBe(-1)
})
