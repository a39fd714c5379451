/** A connection says who it is: first by which mechanism, then its exchange of tokens. */
import { type MessageOf, api, array, bytes, int16, int64, request, response, string } from '../schema.ts'

const SaslHandshake = api('SaslHandshake', { key: 17, versions: '0-1', flexible: 'none' })
const SaslAuthenticate = api('SaslAuthenticate', { key: 36, versions: '0-2', flexible: '2+' })

export const SaslHandshakeRequest = request(SaslHandshake, { mechanism: string() })
export type SaslHandshakeRequest = MessageOf<typeof SaslHandshakeRequest>

export const SaslHandshakeResponse = response(SaslHandshake, { errorCode: int16(), mechanisms: array(string()) })
export type SaslHandshakeResponse = MessageOf<typeof SaslHandshakeResponse>

export const SaslAuthenticateRequest = request(SaslAuthenticate, { authBytes: bytes() })
export type SaslAuthenticateRequest = MessageOf<typeof SaslAuthenticateRequest>

export const SaslAuthenticateResponse = response(SaslAuthenticate, {
  errorCode: int16(),
  errorMessage: string().nullable(),
  authBytes: bytes(),
  sessionLifetimeMs: int64('1+').ignorable(),
})
export type SaslAuthenticateResponse = MessageOf<typeof SaslAuthenticateResponse>
