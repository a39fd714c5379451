/** Every API that is served. */
import type { ApiHandler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { apiVersions } from './api-versions.ts'
import { createTopics } from './create-topics.ts'
import { deleteTopics } from './delete-topics.ts'
import { fetch } from './fetch.ts'
import { initProducerId } from './init-producer-id.ts'
import { listOffsets } from './list-offsets.ts'
import { metadata } from './metadata.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'

export function apiHandlers(broker: Broker): readonly ApiHandler[] {
  return [
    produce(broker),
    fetch(broker),
    listOffsets(broker),
    metadata(broker),
    apiVersions(broker),
    createTopics(broker),
    deleteTopics(broker),
    initProducerId(broker),
    offsetForLeaderEpoch(broker),
  ] as unknown as readonly ApiHandler[]
}
