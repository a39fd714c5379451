/**
 * Salted passwords.
 *
 *     mechanisms     1 SCRAM-SHA-256, 2 SCRAM-SHA-512
 */
import { type MessageOf, api, array, bytes, int16, int32, int8, request, response, string } from '../schema.ts'

const DescribeUserScramCredentials = api('DescribeUserScramCredentials', { key: 50, versions: '0', flexible: '0+' })
const AlterUserScramCredentials = api('AlterUserScramCredentials', { key: 51, versions: '0', flexible: '0+' })

export const DescribeUserScramCredentialsRequest = request(DescribeUserScramCredentials, {
  users: array({ name: string() }).nullable(),
})
export type DescribeUserScramCredentialsRequest = MessageOf<typeof DescribeUserScramCredentialsRequest>

export const DescribeUserScramCredentialsResponse = response(DescribeUserScramCredentials, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().nullable(),
  results: array({
    user: string(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    credentialInfos: array({ mechanism: int8(), iterations: int32() }),
  }),
})
export type DescribeUserScramCredentialsResponse = MessageOf<typeof DescribeUserScramCredentialsResponse>

export const AlterUserScramCredentialsRequest = request(AlterUserScramCredentials, {
  deletions: array({ name: string(), mechanism: int8() }),
  upsertions: array({
    name: string(),
    mechanism: int8(),
    iterations: int32(),
    salt: bytes(),
    saltedPassword: bytes(),
  }),
})
export type AlterUserScramCredentialsRequest = MessageOf<typeof AlterUserScramCredentialsRequest>

export const AlterUserScramCredentialsResponse = response(AlterUserScramCredentials, {
  throttleTimeMs: int32(),
  results: array({ user: string(), errorCode: int16(), errorMessage: string().nullable() }),
})
export type AlterUserScramCredentialsResponse = MessageOf<typeof AlterUserScramCredentialsResponse>
