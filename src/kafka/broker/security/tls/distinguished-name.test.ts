import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { authority } from '../../../../testing/certificates.ts'
import { subjectOf } from './distinguished-name.ts'

const ca = authority('CN=Test CA')

/** What Java's X500Principal says of the same certificates. */
test.each([
  ['CN=alice', 'CN=alice'],
  ['C=DE,O=Ann & Sons\\, Ltd,OU=Sales,CN=ann', 'CN=ann,OU=Sales,O=Ann & Sons\\, Ltd,C=DE'],
  ['O=a+OU=b,CN=c', 'CN=c,O=a+OU=b'],
  ['CN=x\\=y#z<>;"\\\\', 'CN=x\\=y\\#z\\<\\>\\;\\"\\\\'],
  ['CN=  spaced ', 'CN=\\ \\ spaced\\ '],
  ['CN=Jörg,E=j@example.org', '1.2.840.113549.1.9.1=#160d6a406578616d706c652e6f7267,CN=Jörg'],
  ['UID=u1,ST=Berlin', 'ST=Berlin,UID=u1'],
])('%s', (subject, text) => {
  expect(subjectOf(new X509Certificate(ca.issue(subject).certificate).raw)).toBe(text)
})

test('a certificate that is cut off', () => {
  const { raw } = new X509Certificate(ca.certificate)
  for (let length = 0; length < raw.length - 150; length++) expect(() => subjectOf(raw.subarray(0, length))).toThrow()
})
