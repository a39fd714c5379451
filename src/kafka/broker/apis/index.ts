/** Every API that is served. */
import type { ApiHandler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { apiVersions } from './api-versions.ts'
import { alterUserScramCredentials } from './alter-user-scram-credentials.ts'
import { createAcls } from './create-acls.ts'
import { createTopics } from './create-topics.ts'
import { deleteAcls } from './delete-acls.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeAcls } from './describe-acls.ts'
import { describeUserScramCredentials } from './describe-user-scram-credentials.ts'
import { fetch } from './fetch.ts'
import { initProducerId } from './init-producer-id.ts'
import { listOffsets } from './list-offsets.ts'
import { metadata } from './metadata.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'
import { saslAuthenticate } from './sasl-authenticate.ts'
import { saslHandshake } from './sasl-handshake.ts'

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
    saslHandshake(),
    saslAuthenticate(),
    describeAcls(broker),
    createAcls(broker),
    deleteAcls(broker),
    describeUserScramCredentials(broker),
    alterUserScramCredentials(broker),
  ] as unknown as readonly ApiHandler[]
}
