/** AlterUserScramCredentials: passwords of users, given salted, and taken away. Each user for itself, with all that is asked or nothing. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { MAX_ITERATIONS, MIN_ITERATIONS, type ScramName, credentialOf, scramOfCode } from '../security/sasl/scram-credential.ts'

type Request = RequestOf<'AlterUserScramCredentials'>
type Deletion = Request['deletions'][number]
type Upsertion = Request['upsertions'][number]
type Refusal = { readonly errorCode: number; readonly errorMessage: string }

export const alterUserScramCredentials = (broker: Broker) =>
  handler('AlterUserScramCredentials', (request, context) => {
    const mayAlter = context.may('ALTER', 'CLUSTER', CLUSTER_NAME)
    const users = new Set([...request.deletions, ...request.upsertions].map(change => change.name))
    return {
      results: Array.from(users, user => {
        if (!mayAlter) return { user, ...refusal(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 'Cluster authorization failed.') }
        const deletions = request.deletions.filter(change => change.name === user)
        const upsertions = request.upsertions.filter(change => change.name === user)
        const refused = alter(broker, user, deletions, upsertions)
        if (refused !== undefined) return { user, ...refused }
        broker.log('info', 'password changed', { user, by: context.connection.session.principal })
        return { user, errorCode: 0, errorMessage: null }
      }),
    }
  })

function alter(
  { securityState }: Broker,
  user: string,
  deletions: readonly Deletion[],
  upsertions: readonly Upsertion[],
): Refusal | undefined {
  if (user === '') return refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Username must not be empty')
  const mechanisms = [...deletions, ...upsertions].map(change => change.mechanism)
  if (mechanisms.some(mechanism => scramOfCode(mechanism) === undefined))
    return refusal(ErrorCode.UNSUPPORTED_SASL_MECHANISM, 'Unknown SCRAM mechanism')
  if (deletions.some(({ mechanism }) => securityState.scramOf(user)?.has(nameOf(mechanism)) !== true))
    return refusal(ErrorCode.RESOURCE_NOT_FOUND, 'Attempt to delete a user credential that does not exist')
  for (const { iterations } of upsertions) {
    if (iterations > MAX_ITERATIONS) return refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Too many iterations')
    if (iterations < MIN_ITERATIONS) return refusal(ErrorCode.UNACCEPTABLE_CREDENTIAL, 'Too few iterations')
  }
  if (new Set(mechanisms).size < mechanisms.length)
    return refusal(ErrorCode.DUPLICATE_RESOURCE, 'A user credential cannot be altered twice in the same request')
  for (const { mechanism } of deletions) securityState.removeScram(user, nameOf(mechanism))
  for (const { mechanism, saltedPassword, salt, iterations } of upsertions) {
    const name = nameOf(mechanism)
    securityState.setScram(user, name, credentialOf(name, saltedPassword, salt.slice(), iterations))
  }
  return undefined
}

const nameOf = (mechanism: number): ScramName => scramOfCode(mechanism)!

const refusal = (errorCode: number, errorMessage: string): Refusal => ({ errorCode, errorMessage })
