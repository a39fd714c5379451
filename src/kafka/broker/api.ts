/** One Kafka API, one file: what it is called and what it does. `apis/index.ts` lists them. */
import { InvariantError } from '../../base/errors.ts'
import type { ApiName, RequestOf, ResponseOf } from '../protocol/apis.ts'
import type { Connection } from './connection.ts'
import type { Frame } from './frame.ts'
import type { AclOperation, ResourceType } from './security/authorizer.ts'

export class RequestContext {
  readonly connection: Connection
  readonly version: number
  readonly clientId: string
  #frame: Frame | undefined

  constructor(connection: Connection, version: number, clientId: string, frame: Frame) {
    this.connection = connection
    this.version = version
    this.clientId = clientId
    this.#frame = frame
  }

  /** The bytes that the request looks into; good until the response is given, longer for who retains it. */
  get frame(): Frame {
    if (this.#frame === undefined) throw new InvariantError('a request that waits has let go of its bytes')
    return this.#frame
  }

  letGoOfFrame(): void {
    this.#frame = undefined
  }

  /** May the client do this to some resource? */
  mayAny(operation: AclOperation, type: ResourceType): boolean {
    const { broker, session } = this.connection
    return (
      broker.authorizer === undefined || broker.authorizer.allowsAny(session.principal, session.remoteAddress, operation, type)
    )
  }

  /** May the client do this? */
  may(operation: AclOperation, type: ResourceType, name: string): boolean {
    const { broker, session } = this.connection
    return (
      broker.authorizer === undefined || broker.authorizer.allows(session.principal, session.remoteAddress, operation, type, name)
    )
  }
}

/**
 * The connection promises: requests of one client in order, the next one only after this one's answer (but Produce after Produce).
 * The handler promises: an answer in the version asked, or undefined where the client expects none.
 */
export interface ApiHandler<N extends ApiName = ApiName> {
  readonly api: N
  /** Nobody who means well has more to ask. Decoded, a request may be ten times as large. */
  readonly mostBytes?: number
  handle(request: RequestOf<N>, context: RequestContext): ResponseOf<N> | undefined | Promise<ResponseOf<N> | undefined>
}

/** Infers what a handler gets and gives from its name. */
export const handler = <N extends ApiName>(api: N, handle: ApiHandler<N>['handle']): ApiHandler<N> => ({ api, handle })
