/**
 * Which addresses a broker listens on, what it tells its clients, and how safe each of them is.
 *
 *     parseListeners({})                                             PLAINTEXT://localhost:9092
 *     parseListeners({ listen: ['0.0.0.0:9092'] })                   fails: what should clients be told?
 *     parseListeners({ listen: ['INTERNAL://localhost:9092', 'EXTERNAL://[::]:9093'],
 *                      advertise: ['EXTERNAL://kafka.example.org:9093'],
 *                      properties: { 'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:SASL_SSL' } })
 */
import { isIPv6 } from 'node:net'
import { MillraceError } from '../../../base/errors.ts'
import { listOf } from '../config/definition.ts'
import type { ListenerOptions } from '../listener.ts'

export const SECURITY_PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
export type SecurityProtocol = (typeof SECURITY_PROTOCOLS)[number]

export const usesTls = (protocol: SecurityProtocol): boolean => protocol === 'SSL' || protocol === 'SASL_SSL'
export const usesSasl = (protocol: SecurityProtocol): boolean => protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL'

export interface ListenerArguments {
  /** `--listen`: `[NAME://]host:port` each. They stand for the property `listeners`. */
  readonly listen?: readonly string[]
  /** `--advertise`, likewise. They stand for `advertised.listeners`. */
  readonly advertise?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
}

const DEFAULT_LISTENER = 'PLAINTEXT://localhost:9092'

export function parseListeners({ listen = [], advertise = [], properties = {} }: ListenerArguments): ListenerOptions[] {
  const controllers = new Set(listOf(properties['controller.listener.names'] ?? '').map(name => name.toUpperCase()))
  const clientsOnly = (text: string) =>
    listOf(text)
      .map(parseAddress)
      .filter(({ name }) => name === undefined || !controllers.has(name))
  const listening = listen.length > 0 ? listen.map(parseAddress) : clientsOnly(properties['listeners'] ?? DEFAULT_LISTENER)
  const advertised = advertise.length > 0 ? advertise.map(parseAddress) : clientsOnly(properties['advertised.listeners'] ?? '')
  if (listening.length === 0) throw invalid('a broker listens somewhere', '--listen localhost:9092')
  const protocols = protocolsByName(properties['listener.security.protocol.map'])
  const named = listening.map(address => ({ ...address, name: address.name ?? 'PLAINTEXT' }))
  checkNames(named)
  const toldTo = advertisedByName(advertised, named)
  return named.map(({ name, host, port }) => {
    const options = { name, host, port, advertised: toldTo.get(name), protocol: protocolOf(name, protocols) }
    checkAdvertised(options)
    return options
  })
}

/** Clients can not connect to "any address": who listens on it says what they are told. */
export function checkAdvertised({ name, host, port, advertised }: ListenerOptions): void {
  if (isWildcard(advertised?.host ?? host)) {
    throw new MillraceError(
      'LISTENER_ADVERTISED',
      'user',
      advertised === undefined
        ? `listener ${name} is open on every address, so clients have to be told one of them`
        : `listener ${name} tells clients to connect to every address`,
      { hint: `--advertise ${name}://HOST:${port}, or the property advertised.listeners, with a host that clients reach` },
    )
  }
}

/** Every address of the machine. */
const isWildcard = (host: string): boolean => host === '' || host === '0.0.0.0' || (isIPv6(host) && /^[0:]+$/.test(host))

interface Address {
  readonly name: string | undefined
  /** Empty: every address. */
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:([A-Za-z0-9_-]+):\/\/)?(?:\[([^\]]*)\]|([^:[\]/]*)):(\d{1,5})$/

function parseAddress(text: string): Address {
  const [whole, name, literal, host = '', port] = ADDRESS.exec(text.trim()) ?? []
  if (whole === undefined || Number(port) > 65535)
    throw invalid(`'${text}' is no address`, 'addresses are written as [NAME://]host:port, with an IPv6 host in brackets')
  // `fe80::1%eth0` is one, too.
  if (literal !== undefined && !isIPv6(literal)) throw invalid(`'${literal}' in '${text}' is no IPv6 address`)
  return { name: name?.toUpperCase(), host: literal ?? host, port: Number(port) }
}

function checkNames(listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]): void {
  for (const [i, { name, host, port }] of listeners.entries()) {
    const before = listeners.slice(0, i)
    if (before.some(other => other.name === name))
      throw invalid(`two listeners are named ${name}`, 'give each a name of its own: INTERNAL://localhost:9092')
    if (port !== 0 && before.some(other => other.host === host && other.port === port))
      throw invalid(`two listeners are on ${host}:${port}`)
  }
}

function advertisedByName(
  advertised: readonly Address[],
  listeners: readonly { readonly name: string }[],
): Map<string, { readonly host: string; readonly port: number }> {
  const byName = new Map<string, { readonly host: string; readonly port: number }>()
  for (const { name: said, host, port } of advertised) {
    if (said === undefined && listeners.length > 1)
      throw invalid(`which listener is at ${host}:${port}?`, `--advertise ${listeners[0]!.name}://${host}:${port}`)
    const name = said ?? listeners[0]!.name
    if (!listeners.some(listener => listener.name === name))
      throw invalid(`${name}://${host}:${port} is advertised, and there is no listener ${name}`)
    if (byName.has(name)) throw invalid(`listener ${name} is advertised twice`)
    byName.set(name, { host, port })
  }
  return byName
}

function protocolsByName(text: string | undefined): Map<string, SecurityProtocol> {
  const byName = new Map<string, SecurityProtocol>(SECURITY_PROTOCOLS.map(protocol => [protocol, protocol]))
  for (const pair of listOf(text ?? '')) {
    const [name = '', said = ''] = pair.split(':').map(part => part.trim().toUpperCase())
    const protocol = SECURITY_PROTOCOLS.find(known => known === said)
    if (name === '' || protocol === undefined)
      throw invalid(
        `listener.security.protocol.map has no pair '${pair}'`,
        `NAME:PROTOCOL, with ${SECURITY_PROTOCOLS.join(', ')}`,
      )
    byName.set(name, protocol)
  }
  return byName
}

function protocolOf(name: string, protocols: ReadonlyMap<string, SecurityProtocol>): SecurityProtocol {
  const protocol = protocols.get(name)
  if (protocol === undefined)
    throw invalid(`which protocol does listener ${name} speak?`, `listener.security.protocol.map=${name}:SASL_SSL`)
  return protocol
}

const invalid = (message: string, hint?: string): MillraceError =>
  new MillraceError('LISTENER_INVALID', 'user', message, { hint })
