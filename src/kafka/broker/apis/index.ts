/** Every API that is served. */
import type { ApiHandler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { addOffsetsToTxn } from './add-offsets-to-txn.ts'
import { addPartitionsToTxn } from './add-partitions-to-txn.ts'
import { alterConfigs, incrementalAlterConfigs } from './alter-configs.ts'
import { alterReplicaLogDirs } from './alter-replica-log-dirs.ts'
import { alterUserScramCredentials } from './alter-user-scram-credentials.ts'
import { apiVersions } from './api-versions.ts'
import { alterClientQuotas, describeClientQuotas } from './client-quotas.ts'
import { consumerGroupDescribe } from './consumer-group-describe.ts'
import { consumerGroupHeartbeat } from './consumer-group-heartbeat.ts'
import { createAcls } from './create-acls.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteAcls } from './delete-acls.ts'
import { deleteGroups } from './delete-groups.ts'
import { deleteRecords } from './delete-records.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeAcls } from './describe-acls.ts'
import { describeCluster } from './describe-cluster.ts'
import { describeConfigs } from './describe-configs.ts'
import { describeGroups } from './describe-groups.ts'
import { describeLogDirs } from './describe-log-dirs.ts'
import { describeProducers } from './describe-producers.ts'
import { describeQuorum } from './describe-quorum.ts'
import { describeTopicPartitions } from './describe-topic-partitions.ts'
import { describeTransactions } from './describe-transactions.ts'
import { describeUserScramCredentials } from './describe-user-scram-credentials.ts'
import { electLeaders } from './elect-leaders.ts'
import { endTxn } from './end-txn.ts'
import { fetch } from './fetch.ts'
import { findCoordinator } from './find-coordinator.ts'
import { heartbeat } from './heartbeat.ts'
import { initProducerId } from './init-producer-id.ts'
import { joinGroup } from './join-group.ts'
import { leaveGroup } from './leave-group.ts'
import { listConfigResources } from './list-config-resources.ts'
import { listGroups } from './list-groups.ts'
import { listOffsets } from './list-offsets.ts'
import { listTransactions } from './list-transactions.ts'
import { metadata } from './metadata.ts'
import { offsetCommit } from './offset-commit.ts'
import { offsetDelete } from './offset-delete.ts'
import { offsetFetch } from './offset-fetch.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { alterPartitionReassignments, listPartitionReassignments } from './partition-reassignments.ts'
import { produce } from './produce.ts'
import { saslAuthenticate } from './sasl-authenticate.ts'
import { saslHandshake } from './sasl-handshake.ts'
import { syncGroup } from './sync-group.ts'
import { txnOffsetCommit } from './txn-offset-commit.ts'
import { writeTxnMarkers } from './write-txn-markers.ts'

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
    addPartitionsToTxn(broker),
    addOffsetsToTxn(broker),
    txnOffsetCommit(broker),
    endTxn(broker),
    writeTxnMarkers(broker),
    describeTransactions(broker),
    listTransactions(broker),
    describeProducers(broker),
    findCoordinator(broker),
    joinGroup(broker),
    syncGroup(broker),
    heartbeat(broker),
    leaveGroup(broker),
    offsetCommit(broker),
    offsetFetch(broker),
    offsetDelete(broker),
    describeGroups(broker),
    listGroups(broker),
    deleteGroups(broker),
    consumerGroupHeartbeat(broker),
    consumerGroupDescribe(broker),
    describeConfigs(broker),
    alterConfigs(broker),
    incrementalAlterConfigs(broker),
    listConfigResources(broker),
    alterClientQuotas(broker),
    describeClientQuotas(broker),
    createPartitions(broker),
    deleteRecords(broker),
    describeCluster(broker),
    describeLogDirs(broker),
    alterReplicaLogDirs(broker),
    describeQuorum(broker),
    describeTopicPartitions(broker),
    electLeaders(broker),
    alterPartitionReassignments(broker),
    listPartitionReassignments(),
    saslHandshake(),
    saslAuthenticate(),
    describeAcls(broker),
    createAcls(broker),
    deleteAcls(broker),
    describeUserScramCredentials(broker),
    alterUserScramCredentials(broker),
  ] as unknown as readonly ApiHandler[]
}
