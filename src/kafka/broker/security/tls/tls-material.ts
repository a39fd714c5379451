/**
 * Key, certificates and trust of a listener, from PEM text or files, as Node's TLS takes them.
 *
 *     ssl.keystore.certificate.chain, ssl.keystore.key      PEM
 *     ssl.keystore.location                                 a PEM file with both, or a PKCS12 file (ssl.keystore.password)
 *     ssl.truststore.certificates, ssl.truststore.location  PEM, in place or in a file
 */
import { type SecureContextOptions, createSecureContext, getCiphers } from 'node:tls'
import { MillraceError } from '../../../../base/errors.ts'
import { listOf } from '../../config/definition.ts'
import type { ListenerProperties } from '../../config/listener-properties.ts'
import type { SecurityHost } from '../host.ts'

/** Reads what the properties name; fails where it does not fit together. */
export async function tlsMaterial(properties: ListenerProperties, host: SecurityHost): Promise<SecureContextOptions> {
  const material = {
    ...(await identity(properties, host)),
    ...(await trust(properties, host)),
    ...versions(listOf(properties.get('ssl.enabled.protocols')!)),
    ...ciphers(listOf(properties.get('ssl.cipher.suites') ?? '')),
  }
  try {
    createSecureContext(material)
  } catch (error) {
    throw invalid(`TLS takes no such key and certificates: ${(error as Error).message}`, undefined, error)
  }
  return material
}

async function identity(properties: ListenerProperties, host: SecurityHost): Promise<SecureContextOptions> {
  const password = properties.get('ssl.key.password')
  const passphrase = password === undefined ? {} : { passphrase: password }
  const chain = properties.get('ssl.keystore.certificate.chain')
  const key = properties.get('ssl.keystore.key')
  if (chain !== undefined || key !== undefined) {
    if (chain === undefined || key === undefined)
      throw invalid('ssl.keystore.key and ssl.keystore.certificate.chain are said together')
    return { cert: inline(chain), key: inline(key), ...passphrase }
  }
  const location = properties.get('ssl.keystore.location')
  if (location === undefined) {
    throw invalid(
      'TLS needs a private key and a certificate',
      `${properties.nameOf('ssl.keystore.location')}=server.pem, a file with both`,
    )
  }
  const bytes = await read(location, 'ssl.keystore', host)
  if (isPem(bytes)) return { cert: Buffer.from(bytes), key: Buffer.from(bytes), ...passphrase }
  const storePassword = properties.get('ssl.keystore.password')
  return { pfx: Buffer.from(bytes), ...(storePassword === undefined ? {} : { passphrase: storePassword }) }
}

async function trust(properties: ListenerProperties, host: SecurityHost): Promise<SecureContextOptions> {
  const certificates = properties.get('ssl.truststore.certificates')
  if (certificates !== undefined) return { ca: withCertificates(inline(certificates), 'ssl.truststore.certificates') }
  const location = properties.get('ssl.truststore.location')
  if (location === undefined) {
    if (properties.get('ssl.client.auth') === 'none') return {}
    throw invalid(
      'certificates of clients are checked against others that are trusted',
      `${properties.nameOf('ssl.truststore.location')}=ca.pem, a file with these`,
    )
  }
  const bytes = await read(location, 'ssl.truststore', host)
  if (!isPem(bytes)) throw invalid(`${location} is not PEM`, toPem('the trusted certificates', location))
  return { ca: withCertificates(Buffer.from(bytes).toString('utf8'), location) }
}

async function read(path: string, what: string, host: SecurityHost): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    bytes = await host.readFile(path)
  } catch (error) {
    throw invalid(`${what}.location: ${(error as Error).message}`, undefined, error)
  }
  // What it is shows in the file; ssl.keystore.type says JKS where nobody says.
  if (bytes.length >= 4 && Buffer.from(bytes).readUInt32BE(0) === JKS)
    throw invalid(`${path} is a Java keystore, which only Java reads`, toPem(what, path))
  return bytes
}

const JKS = 0xfeedfeed

const toPem = (what: string, path: string): string =>
  what === 'ssl.keystore'
    ? `keytool -importkeystore -srckeystore ${path} -destkeystore key.p12 -deststoretype PKCS12 makes one that is read here`
    : `keytool -list -rfc -keystore ${path} > ca.pem writes the certificates as PEM`

/** A properties file may have put it all on one line, with `\n` or nothing for the ends of lines. */
const inline = (text: string): string =>
  text
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(
      /(-----BEGIN [A-Z ]+-----)\s*([^-]+?)\s*(-----END [A-Z ]+-----)/g,
      (_, begin: string, body: string, end: string) => `${begin}\n${body.replaceAll(/\s+/g, '\n')}\n${end}\n`,
    )

function withCertificates(text: string, place: string): string {
  if (/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(text)) return text
  throw invalid(`there is no certificate in ${place}`)
}

const isPem = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes('-----BEGIN ')

function versions(enabled: readonly string[]): SecureContextOptions {
  if (enabled.length === 0) throw invalid('ssl.enabled.protocols names no version of TLS', 'TLSv1.2, TLSv1.3 or both')
  const unknown = enabled.find(version => version !== 'TLSv1.2' && version !== 'TLSv1.3')
  if (unknown !== undefined) throw invalid(`there is no version '${unknown}' of TLS here`, 'TLSv1.2 and TLSv1.3 are')
  const older = enabled.includes('TLSv1.2')
  const newer = enabled.includes('TLSv1.3')
  return { minVersion: older ? 'TLSv1.2' : 'TLSv1.3', maxVersion: newer ? 'TLSv1.3' : 'TLSv1.2' }
}

/** By the names of IANA, which Java uses too, or of OpenSSL. */
function ciphers(names: readonly string[]): SecureContextOptions {
  if (names.length === 0) return {}
  const known = new Set(getCiphers().map(name => name.toUpperCase()))
  const found = names.map(name => {
    const opensslName = name.startsWith('TLS_') && !known.has(name) ? fromIana(name) : name
    if (known.has(opensslName)) return opensslName
    throw invalid(`there is no cipher '${name}'`, 'names are those of IANA or OpenSSL: TLS_AES_256_GCM_SHA384')
  })
  return { ciphers: found.join(':'), honorCipherOrder: true }
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` → `ECDHE-RSA-AES128-GCM-SHA256` */
const fromIana = (name: string): string =>
  name
    .replace(/^TLS_(RSA_WITH_)?/, '')
    .replace('_WITH_', '_')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace('_CBC', '')
    .replace(/(CHACHA20_POLY1305)_SHA256$/, '$1')
    .replaceAll('_', '-')

const invalid = (message: string, hint?: string, cause?: unknown): MillraceError =>
  new MillraceError('TLS_INVALID', 'user', message, { hint, cause })
