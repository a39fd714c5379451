/** PLAIN: the password itself, in one message. For encrypted connections. */
import type { Mechanism } from './mechanism.ts'

export function plain(user: string, password: string): Mechanism {
  return {
    name: 'PLAIN',
    begin: () => ({ next: async token => (token === undefined ? Buffer.from(`\0${user}\0${password}`) : undefined) }),
  }
}
