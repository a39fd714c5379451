/**
 * Decides by ACLs as Kafka's StandardAuthorizer does: a super user may; else whoever is denied may not; else whoever is allowed may;
 * else nobody may, unless no ACL speaks of the resource and the broker is told to let everybody.
 *
 * What was decided is kept until an ACL changes. Principals and hosts that no ACL names share one set of decisions.
 */
import { SocketAddress, isIPv6 } from 'node:net'
import type { AclOperation, Authorizer, ResourceType } from '../authorizer.ts'
import { type Acl, EVERYBODY, WILDCARD, operations, resourceTypes } from './acl.ts'
import type { AclTable } from './acl-table.ts'

export interface AclAuthorizerOptions {
  readonly superUsers: ReadonlySet<string>
  readonly allowEveryoneIfNoAcl: boolean
}

/** Who may do anything else with a resource may know about it. */
const implying: { readonly [O in AclOperation]?: ReadonlySet<Acl['operation']> } = {
  DESCRIBE: new Set(['DESCRIBE', 'READ', 'WRITE', 'DELETE', 'ALTER']),
  DESCRIBE_CONFIGS: new Set(['DESCRIBE_CONFIGS', 'ALTER_CONFIGS']),
}

export class AclAuthorizer implements Authorizer {
  readonly #acls: AclTable
  readonly #options: AclAuthorizerOptions
  /** By principal, then by host. */
  #decisions = new Map<string, Map<string, Decisions>>()
  #principals: ReadonlySet<string> = new Set()
  #hosts: ReadonlySet<string> = new Set()
  #version = -1

  constructor(acls: AclTable, options: AclAuthorizerOptions) {
    this.#acls = acls
    this.#options = options
  }

  allows(principal: string, host: string, operation: AclOperation, type: ResourceType, name: string): boolean {
    if (this.#options.superUsers.has(principal)) return true
    const decisions = this.#decisionsFor(principal, host)
    return (
      decisions.known(operation, type, name) ??
      decisions.keep(operation, type, name, this.#decide(decisions, operation, type, name))
    )
  }

  allowsAny(principal: string, host: string, operation: AclOperation, type: ResourceType): boolean {
    // No resource has this name: what is said of every resource is said of it, too.
    if (this.allows(principal, host, operation, type, NO_NAME)) return true
    const decisions = this.#decisionsFor(principal, host)
    return (
      decisions.known(operation, type, ANY_NAME) ??
      decisions.keep(operation, type, ANY_NAME, this.#decideAny(decisions, operation, type))
    )
  }

  #decide({ principal, host }: Decisions, operation: AclOperation, type: ResourceType, name: string): boolean {
    let spokenOf = false
    let allowed = false
    for (const acl of this.#acls.about(type, name)) {
      spokenOf = true
      if (!concerns(acl, principal, host) || !covers(acl, operation)) continue
      if (acl.permission === 'DENY') return false
      allowed = true
    }
    return allowed || (!spokenOf && this.#options.allowEveryoneIfNoAcl)
  }

  /** Something is allowed that is not denied by its name, or by a beginning of it. */
  #decideAny({ principal, host }: Decisions, operation: AclOperation, type: ResourceType): boolean {
    const allowed: Acl[] = []
    const denied = { LITERAL: new Set<string>(), PREFIXED: new Set<string>() }
    for (const acl of this.#acls.ofType(type)) {
      if (!concerns(acl, principal, host) || (acl.operation !== operation && acl.operation !== 'ALL')) continue
      if (acl.permission === 'ALLOW') allowed.push(acl)
      else denied[acl.patternType].add(acl.resourceName)
    }
    if (denied.LITERAL.has(WILDCARD)) return false
    return allowed.some(({ patternType, resourceName: name }) => {
      if (patternType === 'LITERAL' && name === WILDCARD) return true
      if (patternType === 'LITERAL' && denied.LITERAL.has(name)) return false
      for (let length = 1; length <= name.length; length++) if (denied.PREFIXED.has(name.slice(0, length))) return false
      return true
    })
  }

  #decisionsFor(principal: string, host: string): Decisions {
    if (this.#version !== this.#acls.version) this.#forget()
    const knownPrincipal = this.#principals.has(principal) ? principal : EVERYBODY
    const knownHost = this.#hosts.size === 0 ? WILDCARD : this.#hostAmong(host)
    let byHost = this.#decisions.get(knownPrincipal)
    if (byHost === undefined) this.#decisions.set(knownPrincipal, (byHost = new Map()))
    let decisions = byHost.get(knownHost)
    if (decisions === undefined) byHost.set(knownHost, (decisions = new Decisions(knownPrincipal, knownHost)))
    return decisions
  }

  #hostAmong(host: string): string {
    return this.#hosts.has(host) ? host : WILDCARD
  }

  #forget(): void {
    this.#version = this.#acls.version
    this.#decisions = new Map()
    const principals = new Set<string>()
    const hosts = new Set<string>()
    for (const { principal, host } of this.#acls.all) {
      principals.add(principal)
      if (host !== WILDCARD) hosts.add(canonicalHost(host))
    }
    this.#principals = principals
    this.#hosts = hosts
  }
}

const NO_NAME = '\0'
const ANY_NAME = '\0*'

const concerns = (acl: Acl, principal: string, host: string): boolean =>
  (acl.principal === EVERYBODY || acl.principal === principal) && (acl.host === WILDCARD || canonicalHost(acl.host) === host)

const covers = (acl: Acl, operation: AclOperation): boolean =>
  acl.operation === operation ||
  acl.operation === 'ALL' ||
  (acl.permission === 'ALLOW' && implying[operation]?.has(acl.operation) === true)

/** `0:0:0:0:0:0:0:1`, as Java writes it, and `::1` are one address. */
export const canonicalHost = (host: string): string =>
  isIPv6(host) ? new SocketAddress({ address: host, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '') : host

/** So many names are kept; then it is begun anew. */
const MOST_NAMES = 10_000

/** What one principal, coming from one host, may do. By name, two bits for each operation: is it decided, is it allowed. */
class Decisions {
  readonly principal: string
  readonly host: string
  readonly #byType: Map<string, number>[] = resourceTypes.map(() => new Map())

  constructor(principal: string, host: string) {
    this.principal = principal
    this.host = host
  }

  known(operation: AclOperation, type: ResourceType, name: string): boolean | undefined {
    const bits = this.#byType[typeNumbers[type]]!.get(name)
    const bit = operationNumbers[operation]
    return bits === undefined || ((bits >>> bit) & 1) === 0 ? undefined : ((bits >>> (bit + OPERATIONS)) & 1) === 1
  }

  keep(operation: AclOperation, type: ResourceType, name: string, allowed: boolean): boolean {
    const byName = this.#byType[typeNumbers[type]]!
    if (byName.size >= MOST_NAMES) byName.clear()
    const bit = operationNumbers[operation]
    byName.set(name, (byName.get(name) ?? 0) | (1 << bit) | (allowed ? 1 << (bit + OPERATIONS) : 0))
    return allowed
  }
}

const OPERATIONS = 16
const numbered = (names: readonly string[]) => Object.fromEntries(names.map((name, i) => [name, i]))
const typeNumbers = numbered(resourceTypes) as { readonly [T in ResourceType]: number }
const operationNumbers = numbered(operations) as { readonly [O in AclOperation]: number }
