/**
 * Users that properties name, with their passwords. They are there before anybody has administered anything.
 *
 *     millrace.users=admin:1234,alice:secret                                PLAIN and SCRAM
 *     listener.name.external.plain.sasl.jaas.config=… user_bob="secret";    PLAIN of one listener
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { MillraceError } from '../../../../base/errors.ts'
import type { ListenerProperties } from '../../config/listener-properties.ts'
import { jaasUsers } from './jaas.ts'

/** Passwords by name: `alice:secret, bob:1234`. */
export function usersOf(text: string): Map<string, string> {
  const users = new Map<string, string>()
  for (const pair of text.split(/[\s,]+/).filter(part => part !== '')) {
    const [name, ...password] = pair.split(':')
    if (name === '' || password.join(':') === '') {
      throw new MillraceError('SASL_INVALID', 'user', 'millrace.users has an entry that is no name:password', {
        hint: 'millrace.users=alice:secret,bob:1234; sasl.jaas.config takes passwords with commas and spaces',
      })
    }
    users.set(name!, password.join(':'))
  }
  return users
}

/** Those of PLAIN. */
export function plainUsers(properties: ListenerProperties): ReadonlyMap<string, string> {
  const users = usersOf(properties.get('millrace.users') ?? '')
  for (const [name, password] of jaasUsersOf(properties)) users.set(name, password)
  return users
}

function jaasUsersOf(properties: ListenerProperties): ReadonlyMap<string, string> {
  const text = properties.get('sasl.jaas.config', 'PLAIN')
  return text === undefined ? new Map() : jaasUsers(text)
}

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
