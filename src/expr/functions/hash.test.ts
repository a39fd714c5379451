import { expect, test } from 'vitest'
import { callFunction, typed } from '../../testing/call-function.ts'

test.each([
  ['MD5', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['SHA1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['SHA224', 'd14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f'],
  ['SHA256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['SHA384', '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b'],
  [
    'SHA512',
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  ],
])("%s('') → %s", (name, expected) => {
  expect(callFunction(name, '')).toEqual({ value: expected, type: `CHAR(${expected.length}) NOT NULL` })
  expect(callFunction(name, typed('BYTES', null)).value).toBeNull()
})

test('text is hashed as UTF-8, binary as it is', () => {
  expect(callFunction('MD5', 'é').value).toBe('66ddcd97cfdeabb2f6fb8a999b4bc76f')
  expect(callFunction('MD5', Uint8Array.of(0)).value).toBe('93b885adfe0da089cdf634904fd59f71')
})

test('SHA2 of a number of bits', () => {
  expect(callFunction('SHA2', 'test', 224)).toEqual({
    value: '90a3ed9e32b2aaf4c61c410eb925426119e1a9dc53d4286ade99a809',
    type: 'VARCHAR(128) NOT NULL',
  })
  expect(callFunction('SHA2', 'test', typed('INT', null)).value).toBeNull()
  expect(() => callFunction('SHA2', 'a', 1)).toThrow('224, 256, 384 or 512')
})

test('HASH_CODE is that of Java', () => {
  expect(['abc', 'abcé', '😀'].map(text => callFunction('HASH_CODE', text).value)).toEqual([96354, 2987207, 1772899])
})
