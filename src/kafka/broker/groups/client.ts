/** The client of a request, as groups know and show it. */
import type { RequestContext } from '../api.ts'
import type { GroupClient } from './group-context.ts'

export const clientOf = ({ clientId, version, connection }: RequestContext): GroupClient => ({
  clientId,
  version,
  // As Java writes an address without a name; IPv4 as what it is.
  host: `/${connection.session.remoteAddress.replace(/^::ffff:/, '')}`,
})
