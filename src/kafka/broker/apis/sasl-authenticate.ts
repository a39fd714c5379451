/** SaslAuthenticate: a client's next token, and the answer to it. */
import { handler } from '../api.ts'

export const saslAuthenticate = () =>
  handler('SaslAuthenticate', async ({ authBytes }, { connection }) => {
    const { answer, ends } = await connection.session.authenticate(authBytes)
    if (ends) connection.closeAfterAnswers()
    return answer
  })
