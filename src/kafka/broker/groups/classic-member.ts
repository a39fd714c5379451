/** A member of a classic group. What it asked and was not answered yet is parked with it. */
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { codecOf } from '../../protocol/codec.ts'
import { ConsumerProtocolSubscription } from '../../protocol/messages/consumer-protocol.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import { Reader } from '../../protocol/reader.ts'
import { NEVER, type GroupClient } from './group-context.ts'
import type { ClassicMemberEntry } from './group-entries.ts'

export type JoinRequest = RequestOf<'JoinGroup'>
export type JoinAnswer = ResponseOf<'JoinGroup'>
export type SyncAnswer = ResponseOf<'SyncGroup'>
/** Is called once. It must not call back into the group before it returns. */
export type Reply<T> = (answer: T) => void

/** A way to assign that the member knows, and what it wants the leader to know for that. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export const NO_BYTES = new Uint8Array(0)

export class ClassicMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment: Uint8Array = NO_BYTES
  /** It has never been in a generation. */
  isNew = false
  /** When it is given up unless it is heard of. */
  deadlineMs = NEVER
  joining: Reply<JoinAnswer> | undefined
  syncing: Reply<SyncAnswer> | undefined

  constructor(
    id: string,
    instanceId: string | null,
    client: Pick<GroupClient, 'clientId' | 'host'>,
    said: Pick<ClassicMember, 'rebalanceTimeoutMs' | 'sessionTimeoutMs' | 'protocols'>,
  ) {
    this.id = id
    this.instanceId = instanceId
    this.clientId = client.clientId
    this.clientHost = client.host
    this.rebalanceTimeoutMs = said.rebalanceTimeoutMs
    this.sessionTimeoutMs = said.sessionTimeoutMs
    this.protocols = said.protocols
  }

  static restored(entry: ClassicMemberEntry): ClassicMember {
    const { memberId, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs } = entry
    const protocols = copied(entry.protocols)
    const said = { rebalanceTimeoutMs, sessionTimeoutMs, protocols }
    const member = new ClassicMember(memberId, instanceId, { clientId, host: clientHost }, said)
    member.assignment = entry.assignment.slice()
    return member
  }

  entry(): ClassicMemberEntry {
    const { id, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols, assignment } = this
    return { memberId: id, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols, assignment }
  }

  /** It waits for others, so that its silence means nothing. */
  get waits(): boolean {
    return !this.isNew && (this.joining !== undefined || this.syncing !== undefined)
  }

  update(request: JoinRequest): void {
    this.protocols = copied(request.protocols)
    this.rebalanceTimeoutMs = rebalanceTimeoutOf(request)
    this.sessionTimeoutMs = request.sessionTimeoutMs
  }

  saysTheSame(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, i) => {
        const own = this.protocols[i]!
        return own.name === name && Buffer.compare(own.metadata, metadata) === 0
      })
    )
  }

  metadataFor(protocol: string | null): Uint8Array {
    return this.protocols.find(({ name }) => name === protocol)?.metadata ?? NO_BYTES
  }
}

/** Version 0 has one timeout for both. */
export const rebalanceTimeoutOf = ({ rebalanceTimeoutMs, sessionTimeoutMs }: JoinRequest): number =>
  rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs

/** The request's own bytes go with it. */
export const copied = (protocols: readonly MemberProtocol[]): readonly MemberProtocol[] =>
  protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }))

/** The topics that a consumer of the classic protocol subscribes to; undefined where that can't be read. */
export function subscribedTopics(metadata: Uint8Array): readonly string[] | undefined {
  try {
    const reader = new Reader(metadata)
    // Each version begins as the first one does.
    reader.int16()
    return codecOf(ConsumerProtocolSubscription, 0).decode(reader).topics
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
