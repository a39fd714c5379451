/** SaslHandshake: by which mechanism a client will prove who it is. */
import { handler } from '../api.ts'

export const saslHandshake = () =>
  handler('SaslHandshake', async ({ mechanism }, { connection, version }) => {
    const { answer, ends } = await connection.session.handshake(mechanism, version)
    if (ends) connection.closeAfterAnswers()
    return answer
  })
