/** How a listener knows its clients: what its properties come to. */
import type { Clock, Timers } from '../../../base/clock.ts'
import { MillraceError } from '../../../base/errors.ts'
import { listOf } from '../config/definition.ts'
import type { ListenerProperties } from '../config/listener-properties.ts'
import type { SecurityHost } from './host.ts'
import { type SecurityProtocol, usesSasl, usesTls } from './listeners.ts'
import { plainUsers, usersOf } from './sasl/configured-users.ts'
import { JwksKeys } from './sasl/jwks.ts'
import { type TokenExpectations, verifyToken } from './sasl/jwt.ts'
import { MECHANISMS, type MechanismName, type SaslMechanism } from './sasl/mechanism.ts'
import { oauthBearer } from './sasl/oauthbearer.ts'
import { plain } from './sasl/plain.ts'
import type { ScramName } from './sasl/scram-credential.ts'
import { scram } from './sasl/scram.ts'
import { KnownScramUsers } from './scram-users.ts'
import type { SecurityState } from './security-state.ts'
import { TlsListener } from './tls/tls-listener.ts'

export interface SecurityContext {
  readonly host: SecurityHost
  readonly clock: Clock
  readonly timers: Timers
  readonly state: SecurityState
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

export interface SaslMethod {
  readonly mechanism: SaslMechanism
  /** After so long a client has to say again who it is; 0: never. */
  readonly maxSessionMs: number
}

export interface SaslListener {
  readonly methods: ReadonlyMap<string, SaslMethod>
  /** The longest request of a client that is not known yet. */
  readonly maxReceiveBytes: number
  readonly failureDelayMs: number
}

export interface ListenerSecurity {
  readonly tls: TlsListener | undefined
  readonly sasl: SaslListener | undefined
  close(): void
}

export const noSecurity: ListenerSecurity = { tls: undefined, sasl: undefined, close() {} }

export async function listenerSecurity(
  name: string,
  protocol: SecurityProtocol,
  properties: ListenerProperties,
  context: SecurityContext,
): Promise<ListenerSecurity> {
  const closing: { close(): void }[] = []
  const tls = usesTls(protocol) ? await TlsListener.open(name, properties, context) : undefined
  if (tls !== undefined) closing.push(tls)
  const sasl = usesSasl(protocol) ? await saslListener(name, properties, context, closing) : undefined
  return {
    tls,
    sasl,
    close() {
      for (const part of closing) part.close()
    },
  }
}

async function saslListener(
  name: string,
  properties: ListenerProperties,
  context: SecurityContext,
  closing: { close(): void }[],
): Promise<SaslListener> {
  const enabled = listOf(properties.get('sasl.enabled.mechanisms') ?? '')
  if (enabled.length === 0)
    throw invalid(`listener ${name} lets nobody in`, `${properties.nameOf('sasl.enabled.mechanisms')}=SCRAM-SHA-256`)
  const methods = new Map<string, SaslMethod>()
  for (const said of enabled) {
    const mechanism = MECHANISMS.find(known => known === said)
    if (mechanism === undefined)
      throw invalid(`there is no mechanism '${said}'`, `sasl.enabled.mechanisms=${MECHANISMS.join(',')}`)
    methods.set(mechanism, {
      mechanism: await mechanismOf(mechanism, properties, context, closing),
      maxSessionMs: properties.number('connections.max.reauth.ms', mechanism),
    })
  }
  return {
    methods,
    maxReceiveBytes: properties.number('sasl.server.max.receive.size'),
    failureDelayMs: properties.number('connection.failed.authentication.delay.ms'),
  }
}

const SECRET_BYTES = 32
const NONCE_BYTES = 24

async function mechanismOf(
  mechanism: MechanismName,
  properties: ListenerProperties,
  context: SecurityContext,
  closing: { close(): void }[],
): Promise<SaslMechanism> {
  switch (mechanism) {
    case 'PLAIN': {
      const users = plainUsers(properties)
      if (users.size > 0) return plain(users)
      throw invalid('PLAIN has no users', `millrace.users=alice:secret, or ${properties.nameOf('sasl.jaas.config', 'PLAIN')}`)
    }
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const users = await scramUsers(mechanism, properties, context)
      return scram(mechanism, users, () => Buffer.from(context.host.randomBytes(NONCE_BYTES)).toString('base64'))
    }
    case 'OAUTHBEARER':
      return oauth(properties, context, closing)
  }
}

function scramUsers(mechanism: ScramName, properties: ListenerProperties, { state, host }: SecurityContext) {
  const secret = state.secret(() => host.randomBytes(SECRET_BYTES))
  return KnownScramUsers.open(state, secret, mechanism, usersOf(properties.get('millrace.users') ?? ''))
}

async function oauth(
  properties: ListenerProperties,
  context: SecurityContext,
  closing: { close(): void }[],
): Promise<SaslMechanism> {
  const get = (name: string) => properties.get(`sasl.oauthbearer.${name}`, 'OAUTHBEARER')
  const expected: TokenExpectations = {
    issuer: get('expected.issuer'),
    audiences: listOf(get('expected.audience') ?? ''),
    clockSkewMs: Number(get('clock.skew.seconds')) * 1000,
    nameClaim: get('sub.claim.name')!,
    scopeClaim: get('scope.claim.name')!,
    unsecuredAllowed: properties.flag('millrace.sasl.oauthbearer.allow.unsecured.tokens', 'OAUTHBEARER'),
  }
  const url = get('jwks.endpoint.url')
  if (url === undefined && !expected.unsecuredAllowed) {
    throw invalid(
      'OAUTHBEARER needs the keys that tokens are signed with',
      `${properties.nameOf('sasl.oauthbearer.jwks.endpoint.url', 'OAUTHBEARER')}=https://…/jwks.json, or file:///…`,
    )
  }
  const nowMs = () => context.clock.nowMs()
  if (url === undefined) return oauthBearer(token => verifyToken(token, () => [], expected, nowMs()), expected.clockSkewMs)
  const keys = new JwksKeys(
    {
      url,
      refreshMs: Number(get('jwks.endpoint.refresh.ms')),
      retryMs: Number(get('jwks.endpoint.retry.backoff.ms')),
      retryMaxMs: Number(get('jwks.endpoint.retry.backoff.max.ms')),
    },
    context,
  )
  closing.push(keys)
  await keys.open()
  return oauthBearer(token => verifyToken(token, id => keys.find(id), expected, nowMs()), expected.clockSkewMs)
}

const invalid = (message: string, hint: string): MillraceError => new MillraceError('SASL_INVALID', 'user', message, { hint })
