/** DescribeUserScramCredentials: who has a password, by which mechanisms; never the password. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { scramHashes } from '../security/sasl/scram-credential.ts'

export const describeUserScramCredentials = (broker: Broker) =>
  handler('DescribeUserScramCredentials', ({ users }, context) => {
    if (!context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME))
      return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'Cluster authorization failed.' }
    const all = users === null || users.length === 0
    const names = all ? [...broker.securityState.scramUsers] : users.map(user => user.name)
    const wanted = new Set(names)
    return { results: Array.from(wanted, user => describe(broker, user, names)) }
  })

function describe({ securityState }: Broker, user: string, names: readonly string[]) {
  const credentials = securityState.scramOf(user)
  if (names.indexOf(user) !== names.lastIndexOf(user)) {
    return {
      user,
      errorCode: ErrorCode.DUPLICATE_RESOURCE,
      errorMessage: `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
    }
  }
  if (credentials === undefined) {
    return {
      user,
      errorCode: ErrorCode.RESOURCE_NOT_FOUND,
      errorMessage: `Attempt to describe a user credential that does not exist: ${user}`,
    }
  }
  const credentialInfos = Array.from(credentials, ([mechanism, { iterations }]) => ({
    mechanism: scramHashes[mechanism].code,
    iterations,
  }))
  return { user, credentialInfos }
}
