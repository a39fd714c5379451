import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SaslMechanism, type SaslStep, SaslFailure } from './mechanism.ts'
import { oauthBearer } from './oauthbearer.ts'
import { plain } from './plain.ts'
import { scram } from './scram.ts'
import { verifyToken } from './jwt.ts'

const credential = { salt: Buffer.from('salt'), iterations: 4096, storedKey: Buffer.alloc(32), serverKey: Buffer.alloc(32) }
const expected = {
  issuer: undefined,
  audiences: [],
  clockSkewMs: 0,
  nameClaim: 'sub',
  scopeClaim: 'scope',
  unsecuredAllowed: false,
}
const mechanisms: readonly SaslMechanism[] = [
  plain(new Map([['alice', 'secret']])),
  scram('SCRAM-SHA-256', { find: () => credential, pretend: () => credential }, () => 'nonce'),
  oauthBearer(token => verifyToken(token, () => [], expected, 0), 0),
]

/** Bytes, and texts that look a little like messages. */
const anyMessage = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'n,,',
        'n=',
        'r=',
        'a=',
        'c=biws',
        'p=',
        'nonce',
        'alice',
        'auth=Bearer ',
        '\u0001',
        '\0',
        ',',
        '=',
        '.',
        'e30',
        'A',
      ),
      { maxLength: 12 },
    )
    .map(parts => new TextEncoder().encode(parts.join(''))),
)

test('whatever a stranger says, nobody is let in and nothing breaks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...mechanisms),
      fc.array(anyMessage, { minLength: 1, maxLength: 3 }),
      async (mechanism, messages) => {
        const exchange = mechanism.begin()
        for (const message of messages) {
          let step: SaslStep
          try {
            step = await exchange.next(message)
          } catch (error) {
            expect(error).toBeInstanceOf(SaslFailure)
            return
          }
          expect(step).not.toHaveProperty('identity')
        }
      },
    ),
    { numRuns: 1000 },
  )
})
