/** ListGroups: all groups, of these states and types, that the client may know of. */
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

export const listGroups = (broker: Broker) =>
  handler('ListGroups', ({ statesFilter, typesFilter }, context) => {
    const states = new Set(statesFilter.map(state => state.trim().toLowerCase()))
    const types = new Set(typesFilter.map(type => type.trim().toLowerCase()))
    const all = context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME)
    const groups = []
    for (const group of broker.groups.all) {
      if (types.size > 0 && !types.has(group.kind)) continue
      if (!all && !context.may('DESCRIBE', 'GROUP', group.id)) continue
      const groupState = group.stateName
      if (states.size > 0 && !states.has(groupState.toLowerCase())) continue
      const protocolType = group.kind === 'classic' ? (group.protocolType ?? '') : 'consumer'
      groups.push({ groupId: group.id, protocolType, groupState, groupType: group.kind })
    }
    return { groups }
  })
