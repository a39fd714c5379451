/**
 * `ssl.*` as Node's TLS takes it. Certificates and keys are PEM, in files or in the properties themselves; our own
 * certificate may come from a PKCS12 file, too. Java's keystores (JKS) are for Java alone.
 */
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { MillraceError } from '../../base/errors.ts'
import type { ClientSettings, SettingName } from './settings.ts'

/** Undefined where connections are not encrypted. Read once per client. */
export async function tlsOptions(settings: ClientSettings): Promise<ConnectionOptions | undefined> {
  if (!settings.string('security.protocol')!.endsWith('SSL')) return undefined
  const isPkcs12 = typeOf(settings, 'keystore') === 'PKCS12'
  if (typeOf(settings, 'truststore') !== 'PEM') throw notPem('truststore', typeOf(settings, 'truststore'))
  if (!isPkcs12 && typeOf(settings, 'keystore') !== 'PEM') throw notPem('keystore', typeOf(settings, 'keystore'))
  const ca = settings.string('ssl.truststore.certificates') ?? (await fileOf(settings, 'ssl.truststore.location'))
  // A PEM store holds key and chain one behind the other; each is found by its header.
  const store = isPkcs12 ? undefined : await fileOf(settings, 'ssl.keystore.location')
  const key = settings.string('ssl.keystore.key') ?? store
  const cert = settings.string('ssl.keystore.certificate.chain') ?? store
  const own = [settings.string('ssl.key.password'), settings.string('ssl.keystore.password')]
  const passphrase = isPkcs12 ? (own[1] ?? own[0]) : (own[0] ?? own[1])
  const versions = settings
    .string('ssl.enabled.protocols')!
    .split(',')
    .map(v => v.trim())
    .toSorted()
  const checksName = settings.string('ssl.endpoint.identification.algorithm') !== ''
  return {
    ...(ca === undefined ? {} : { ca: unfolded(ca) }),
    ...(isPkcs12
      ? { pfx: await fileOf(settings, 'ssl.keystore.location', 'latin1').then(text => Buffer.from(text!, 'latin1')) }
      : {}),
    ...(key === undefined ? {} : { key: unfolded(key) }),
    ...(cert === undefined ? {} : { cert: unfolded(cert) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    minVersion: versions[0] as SecureVersion,
    maxVersion: versions.at(-1) as SecureVersion,
    ...(checksName ? {} : { checkServerIdentity: () => undefined }),
  }
}

/** Certificates within a property may stand on one line. */
const unfolded = (pem: string): string =>
  pem.includes('\n') ? pem : pem.replace(/(-----BEGIN [^-]+-----)\s*/g, '$1\n').replace(/\s*(-----END [^-]+-----)\s*/g, '\n$1\n')

/** By its option or, where there is none, by the name of its file: `PEM`, `PKCS12`, `JKS`. */
function typeOf(settings: ClientSettings, store: 'truststore' | 'keystore'): string {
  const type = settings.string(`ssl.${store}.type`)
  if (type !== undefined) return type.toUpperCase()
  const location = settings.string(`ssl.${store}.location`) ?? ''
  if (/\.(p12|pfx|pkcs12)$/i.test(location)) return 'PKCS12'
  return /\.jks$/i.test(location) ? 'JKS' : 'PEM'
}

async function fileOf(
  settings: ClientSettings,
  name: SettingName,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<string | undefined> {
  const path = settings.string(name)
  if (path === undefined) return undefined
  try {
    return await readFile(path, encoding)
  } catch (cause) {
    throw new MillraceError('KAFKA_CONFIG', 'user', `the file of '${name}' can't be read: ${(cause as Error).message}`, { cause })
  }
}

const notPem = (store: string, what: string): MillraceError =>
  new MillraceError('KAFKA_CONFIG', 'user', `'ssl.${store}' is PEM here, not ${what}`, {
    hint: `a Java store is turned into PEM by keytool and openssl; set 'ssl.${store}.type' to PEM and 'ssl.${store}.location' to the file`,
  })
