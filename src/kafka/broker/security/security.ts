/** Security of a broker: how each of its listeners knows its clients, and who may do what. */
import type { BrokerConfig } from '../config/broker-settings.ts'
import { ListenerProperties } from '../config/listener-properties.ts'
import type { ListenerOptions } from '../listener.ts'
import { AclAuthorizer } from './acl/acl-authorizer.ts'
import { type Authorizer, INSIDE } from './authorizer.ts'
import { type ListenerSecurity, type SecurityContext, listenerSecurity } from './listener-security.ts'
import { checkAdvertised } from './listeners.ts'

export interface BrokerSecurity {
  /** By a listener's name. */
  readonly listeners: ReadonlyMap<string, ListenerSecurity>
  /** Undefined: everybody may do everything. */
  readonly authorizer: Authorizer | undefined
}

/** Reads keys, certificates and users that properties name; fails where something is missing. */
export async function openSecurity(
  listeners: readonly ListenerOptions[],
  config: BrokerConfig,
  context: SecurityContext,
): Promise<BrokerSecurity> {
  const byName = new Map<string, ListenerSecurity>()
  try {
    for (const listener of listeners) {
      checkAdvertised(listener)
      const { name, protocol = 'PLAINTEXT' } = listener
      byName.set(name, await listenerSecurity(name, protocol, new ListenerProperties(name, config), context))
    }
  } catch (error) {
    for (const security of byName.values()) security.close()
    throw error
  }
  return { listeners: byName, authorizer: authorizerOf(config, context) }
}

function authorizerOf(config: BrokerConfig, { state }: SecurityContext): Authorizer | undefined {
  if (config.valueOf('authorizer.class.name') === '') return undefined
  const superUsers = config
    .valueOf('super.users')
    .split(';')
    .map(principal => principal.trim())
  return new AclAuthorizer(state.acls, {
    superUsers: new Set([INSIDE, ...superUsers]),
    allowEveryoneIfNoAcl: config.valueOf('allow.everyone.if.no.acl.found').trim().toLowerCase() === 'true',
  })
}
