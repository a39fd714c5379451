/**
 * Certificates for tests, made on the spot: X.509 in DER, signed by Node.
 *
 *     const ca = authority('CN=Test CA')
 *     const server = ca.issue('CN=localhost', { hosts: ['localhost', '127.0.0.1', '::1'] })
 *     server.certificate, server.key, ca.certificate      PEM
 */
import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

export interface Issued {
  readonly certificate: string
  readonly key: string
}

export interface Authority {
  readonly certificate: string
  issue(subject: string, options?: { readonly hosts?: readonly string[] }): Issued
}

export function authority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let serial = 1
  const make = (subject: string, publicKey: KeyObject, extensions: readonly Uint8Array[]): string =>
    pem('CERTIFICATE', certificate(serial++, name, subject, publicKey, keys.privateKey, extensions))
  return {
    certificate: make(name, keys.publicKey, [extension('2.5.29.19', sequence(tagged(0x01, [0xff])), true)]),
    issue(subject, { hosts = [] } = {}) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const names = hosts.length === 0 ? [] : [extension('2.5.29.17', sequence(...hosts.map(hostName)))]
      return {
        certificate: make(subject, own.publicKey, names),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      }
    },
  }
}

function certificate(
  serial: number,
  issuer: string,
  subject: string,
  publicKey: KeyObject,
  signer: KeyObject,
  extensions: readonly Uint8Array[],
): Uint8Array {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const signed = sequence(
    tagged(0xa0, tagged(0x02, [2])),
    tagged(0x02, [serial]),
    algorithm,
    distinguishedName(issuer),
    sequence(time('20200101000000Z'), time('21200101000000Z')),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  )
  return sequence(signed, algorithm, tagged(0x03, [0, ...sign('sha256', signed, signer)]))
}

const attributes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  UID: '0.9.2342.19200300.100.1.1',
  E: '1.2.840.113549.1.9.1',
}

/** `C=DE,O=a\, b+OU=c,CN=d`, in the order of the encoding. */
function distinguishedName(text: string): Uint8Array {
  const attribute = (pair: string) => {
    const at = pair.indexOf('=')
    const value = Buffer.from(pair.slice(at + 1).replaceAll(/\\(.)/g, '$1'), 'utf8')
    return sequence(oid(attributes[pair.slice(0, at)]!), tagged(pair.startsWith('E=') ? 0x16 : 0x0c, value))
  }
  return sequence(...text.split(/(?<!\\),/).map(rdn => tagged(0x31, concat(rdn.split(/(?<!\\)\+/).map(attribute)))))
}

function hostName(host: string): Uint8Array {
  if (isIP(host) === 0) return tagged(0x82, Buffer.from(host))
  if (isIP(host) === 4) return tagged(0x87, host.split('.').map(Number))
  return tagged(0x87, [...Array.from({ length: 15 }, () => 0), 1])
}

const extension = (id: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(oid(id), ...(critical ? [tagged(0x01, [0xff])] : []), tagged(0x04, value))

function oid(text: string): Uint8Array {
  const [first, second, ...rest] = text.split('.').map(Number)
  return tagged(0x06, [first! * 40 + second!, ...rest.flatMap(base128)])
}

function base128(number: number): number[] {
  const digits = [number & 0x7f]
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left & 0x7f))
  return digits
}

const time = (text: string): Uint8Array => tagged(0x18, Buffer.from(text))

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tagged(0x30, concat(parts))

function tagged(tag: number, content: Uint8Array | readonly number[]): Uint8Array {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concat([new Uint8Array([tag, ...size]), Uint8Array.from(content)])
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const pem = (what: string, der: Uint8Array): string =>
  `-----BEGIN ${what}-----\n${Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${what}-----\n`
