/**
 * PLAIN (RFC 4616): name and password as they are, so only where TLS or the machine itself keeps them from others.
 *
 *     → [authorization id] NUL name NUL password
 *     ← nothing
 */
import { type SaslExchange, type SaslMechanism, NOTHING, SaslFailure } from './mechanism.ts'
import { sameSecret } from './configured-users.ts'

/** `users`: passwords by name. */
export const plain = (users: ReadonlyMap<string, string>): SaslMechanism => ({ name: 'PLAIN', begin: () => exchange(users) })

const exchange = (users: ReadonlyMap<string, string>): SaslExchange => ({
  next(message) {
    const texts = new TextDecoder().decode(message).split('\0')
    if (texts.length !== 3) throw new SaslFailure(`Invalid SASL/PLAIN response: expected 3 tokens, got ${texts.length}`)
    const [authorizationId, name, password] = texts as [string, string, string]
    if (name === '') throw new SaslFailure('Authentication failed: username not specified')
    if (password === '') throw new SaslFailure('Authentication failed: password not specified')
    if (authorizationId !== '' && authorizationId !== name)
      throw new SaslFailure('Authentication failed: Client requested an authorization id that is different from username')
    const expected = users.get(name)
    // Somebody unknown is compared, too: it takes as long.
    if (!sameSecret(password, expected ?? `not ${password}`) || expected === undefined)
      throw new SaslFailure('Authentication failed: Invalid username or password', `wrong name or password of '${name}'`)
    return { identity: { name }, answer: NOTHING }
  },
})
