/** DescribeGroups: classic groups with their members. Up to version 5 a group that is not there is a dead one. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { ClassicGroup } from '../groups/classic-group.ts'
import { authorizedOperations } from '../security/authorized-operations.ts'

type Answer = NonNullable<ResponseOf<'DescribeGroups'>['groups']>[number]

const FIRST_VERSION_WITH_OPERATIONS = 3
const FIRST_VERSION_WITH_NOT_FOUND = 6

export const describeGroups = (broker: Broker) =>
  handler('DescribeGroups', ({ groups, includeAuthorizedOperations }, context) => ({
    groups: groups.map(groupId => {
      if (!context.may('DESCRIBE', 'GROUP', groupId)) return { groupId, errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
      const group = broker.groups.get(groupId)
      const answer =
        group?.kind === 'classic'
          ? described(group)
          : missing(context, groupId, group === undefined ? 'not found' : 'is not a classic group')
      // Of a dead one, too: only an error has none.
      const told = includeAuthorizedOperations && context.version >= FIRST_VERSION_WITH_OPERATIONS && !answer.errorCode
      return { ...answer, ...(told && { authorizedOperations: authorizedOperations(context, 'GROUP', groupId) }) }
    }),
  }))

function missing({ version }: RequestContext, groupId: string, why: string): Answer {
  if (version < FIRST_VERSION_WITH_NOT_FOUND) return { groupId, groupState: 'Dead' }
  return { groupId, groupState: 'Dead', errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage: `Group ${groupId} ${why}.` }
}

/** What members want and have shows only once it is settled. */
function described({ id, state, protocolType, protocolName, members }: ClassicGroup): Answer {
  const stable = state === 'Stable'
  return {
    groupId: id,
    groupState: state,
    protocolType: protocolType ?? '',
    protocolData: stable ? (protocolName ?? '') : '',
    members: Array.from(members.values(), member => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      ...(stable && { memberMetadata: member.metadataFor(protocolName), memberAssignment: member.assignment }),
    })),
  }
}
