/** What comes first on a connection: which versions the broker speaks, and who we are. */
import { apis } from '../protocol/apis.ts'
import { ErrorCode } from '../protocol/errors.ts'
import type { BrokerVersions, Connection } from './connection.ts'
import { mayPass, notAuthenticated, refused } from './errors.ts'
import { ConnectorError, MillraceError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import type { Mechanism } from './sasl/mechanism.ts'

export interface BrokerFeatures {
  readonly versions: BrokerVersions
  /** `transaction.version` and such, where they are finalized. */
  readonly finalized: ReadonlyMap<string, number>
}

/** Asked in our newest version; a broker that does not have it says which it has. */
export async function agreeOnVersions(connection: Connection, softwareVersion: string): Promise<BrokerFeatures> {
  const { key, advertised } = apis.ApiVersions
  const request = { clientSoftwareName: 'millrace', clientSoftwareVersion: softwareVersion }
  let answer = await connection.askIn(advertised.max, 'ApiVersions', request)
  if (answer.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
    const theirs = answer.apiKeys.find(api => api.apiKey === key)
    answer = await connection.askIn(Math.min(advertised.max, theirs?.maxVersion ?? 0), 'ApiVersions', request)
  }
  if (answer.errorCode !== ErrorCode.NONE) throw refused(answer.errorCode, { broker: connection.name, what: 'ApiVersions' })
  const versions = new Map(answer.apiKeys.map(api => [api.apiKey, { min: api.minVersion, max: api.maxVersion }]))
  connection.versions = versions
  const known = answer.finalizedFeaturesEpoch >= 0 ? answer.finalizedFeatures : []
  return { versions, finalized: new Map(known.map(feature => [feature.name, feature.maxVersionLevel])) }
}

/** Of a session's lifetime so much is used: the next connection is made before the broker breaks this one off. */
const LIFETIME_USED = 0.85

export async function authenticate(connection: Connection, mechanism: Mechanism, clock: Clock): Promise<void> {
  const handshake = await connection.ask('SaslHandshake', { mechanism: mechanism.name })
  if (handshake.errorCode !== ErrorCode.NONE) {
    const offered = handshake.mechanisms.join(', ') || 'none'
    throw notAuthenticated(
      connection.name,
      `the broker does not take ${mechanism.name}`,
      `it offers ${offered}: set 'sasl.mechanism'`,
    )
  }
  const exchange = mechanism.begin()
  let token = await exchange.next(undefined)
  while (token !== undefined) {
    const answer = await connection.ask('SaslAuthenticate', { authBytes: token })
    if (answer.errorCode !== ErrorCode.NONE) {
      const { errorMessage: message } = answer
      throw refused(answer.errorCode, { broker: connection.name, what: `SASL ${mechanism.name}`, message })
    }
    if (answer.sessionLifetimeMs > 0) connection.expiresMs = clock.elapsedMs() + LIFETIME_USED * answer.sessionLifetimeMs
    try {
      token = await exchange.next(answer.authBytes)
    } catch (error) {
      throw error instanceof MillraceError && !(error instanceof ConnectorError) && error.kind === 'external'
        ? notAuthenticated(connection.name, error.message, undefined, error)
        : error
    }
  }
}

/** A broker that breaks off while we say who we are may want TLS, or SASL, or neither. */
export const brokenOff = (connection: Connection, protocol: string, error: unknown): unknown =>
  mayPass(error) && connection.closed && error instanceof ConnectorError && error.code === 'KAFKA_CONNECTION'
    ? new ConnectorError('KAFKA_CONNECTION', error.message, {
        retry: 'backoff',
        cause: error,
        hint: `is ${protocol} what that listener speaks? 'security.protocol' is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL`,
      })
    : error
