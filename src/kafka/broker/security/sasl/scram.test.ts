import { expect, test } from 'vitest'
import { scramClient } from '../../../../testing/sasl.ts'
import type { SaslStep } from './mechanism.ts'
import { type ScramName, credentialFor } from './scram-credential.ts'
import { type ScramUsers, scram } from './scram.ts'

const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
const NONCE = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const utf8 = (text: string) => new TextEncoder().encode(text)

/** The user of RFC 7677: `user`, with the password `pencil`. */
async function usersOf(mechanism: ScramName, user = 'user'): Promise<ScramUsers> {
  const [known, made] = await Promise.all(['pencil', 'x'].map(password => credentialFor(mechanism, password, SALT)))
  return { find: (_, name) => (name === user ? known : undefined), pretend: () => made! }
}

async function exchange(mechanism: ScramName, ...messages: readonly string[]): Promise<string[]> {
  const server = scram(mechanism, await usersOf(mechanism), () => NONCE).begin()
  return messages.map(message => {
    try {
      return textOf(server.next(utf8(message)) as SaslStep)
    } catch (error) {
      return `failed: ${(error as Error & { detail: string }).detail}`
    }
  })
}

const textOf = (step: SaslStep): string =>
  'challenge' in step
    ? new TextDecoder().decode(step.challenge)
    : `${step.identity.name}: ${new TextDecoder().decode(step.answer)}`

const FIRST = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO'
const CHALLENGE = `r=rOprNGfwEbeRWgbNEkqO${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const FINAL = `c=biws,r=rOprNGfwEbeRWgbNEkqO${NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`

test('the exchange of RFC 7677', async () => {
  expect(await exchange('SCRAM-SHA-256', FIRST, FINAL)).toEqual([
    CHALLENGE,
    'user: v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ])
})

test('an extension is passed over', async () => {
  const [challenge] = await exchange('SCRAM-SHA-256', `${FIRST},tokenauth=true`)
  expect(challenge).toBe(CHALLENGE)
})

test.each([
  ['no message of SCRAM', ['hello'], "the client's first message is malformed"],
  ['bound to a channel', ['p=tls-unique,,n=user,r=abc'], "the client's first message is malformed"],
  ['a name with a stray =', ['n,,n=us=er,r=abc'], "the client's name is malformed"],
  [
    'for somebody else',
    ['n,a=admin,n=user,r=abc'],
    'Authentication failed: Client requested an authorization id that is different from username',
  ],
  ['another nonce', [FIRST, FINAL.replace('NlF$k0', 'XXXXXX')], 'the nonce is not the one of this exchange'],
  ['another proof', [FIRST, FINAL.replace('p=dHzb', 'p=AAAA')], "wrong name or password of 'user'"],
  ['a shorter proof', [FIRST, FINAL.replace(/p=.*/, 'p=AAAA')], "wrong name or password of 'user'"],
  ['another channel', [FIRST, FINAL.replace('biws', 'eSws')], 'the client is bound to another channel'],
  ['somebody unknown', [FIRST.replace('user', 'eve'), FINAL], "wrong name or password of 'eve'"],
])('refused: %s', async (_, messages, detail) => {
  expect((await exchange('SCRAM-SHA-256', ...messages)).at(-1)).toBe(`failed: ${detail}`)
})

test('somebody unknown is asked as anybody else is', async () => {
  const [challenge] = await exchange('SCRAM-SHA-256', FIRST.replace('user', 'eve'))
  expect(challenge).toBe(CHALLENGE)
})

test('a client that says its own part of the nonce twice, as older librdkafkas do', async () => {
  const server = scram('SCRAM-SHA-256', await usersOf('SCRAM-SHA-256'), () => NONCE).begin()
  const client = scramClient('SCRAM-SHA-256', 'user', 'pencil')
  const challenge = textOf(server.next(utf8(client.first)) as SaslStep)
  const final = client.final(challenge, nonce => nonce.slice(0, nonce.length - NONCE.length) + nonce)
  expect(textOf(server.next(utf8(final)) as SaslStep)).toBe(`user: ${client.expected()}`)
})

test('names with commas and equal signs', async () => {
  const server = scram('SCRAM-SHA-512', await usersOf('SCRAM-SHA-512', 'a,b=c'), () => NONCE).begin()
  expect(textOf(server.next(utf8('n,,n=a=2Cb=3Dc,r=abc')) as SaslStep)).toBe(`r=abc${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)
})
