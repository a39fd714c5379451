/**
 * The APIs that Millrace speaks, and in which versions.
 *
 *     apis.Fetch.request                     FetchRequest, all its versions
 *     apis.Fetch.advertised                  { min: 4, max: 18 }
 *     apiOf(1)?.name                         'Fetch'
 *     isFlexible(1, 12)                      true
 *     RequestOf<'Fetch'>, ResponseOf<'Fetch'>
 */
import {
  DescribeAclsRequest,
  DescribeAclsResponse,
  CreateAclsRequest,
  CreateAclsResponse,
  DeleteAclsRequest,
  DeleteAclsResponse,
} from './messages/acls.ts'
import { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from './messages/add-offsets-to-txn.ts'
import { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from './messages/add-partitions-to-txn.ts'
import { ApiVersionsRequest, ApiVersionsResponse } from './messages/api-versions.ts'
import {
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
} from './messages/client-quotas.ts'
import {
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  AlterConfigsRequest,
  AlterConfigsResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
} from './messages/configs.ts'
import {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
} from './messages/consumer-group.ts'
import { CreatePartitionsRequest, CreatePartitionsResponse } from './messages/create-partitions.ts'
import { CreateTopicsRequest, CreateTopicsResponse } from './messages/create-topics.ts'
import { DeleteGroupsRequest, DeleteGroupsResponse } from './messages/delete-groups.ts'
import { DeleteRecordsRequest, DeleteRecordsResponse } from './messages/delete-records.ts'
import { DeleteTopicsRequest, DeleteTopicsResponse } from './messages/delete-topics.ts'
import { DescribeClusterRequest, DescribeClusterResponse } from './messages/describe-cluster.ts'
import { DescribeGroupsRequest, DescribeGroupsResponse } from './messages/describe-groups.ts'
import { DescribeProducersRequest, DescribeProducersResponse } from './messages/describe-producers.ts'
import { DescribeQuorumRequest, DescribeQuorumResponse } from './messages/describe-quorum.ts'
import { DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse } from './messages/describe-topic-partitions.ts'
import { ElectLeadersRequest, ElectLeadersResponse } from './messages/elect-leaders.ts'
import { EndTxnRequest, EndTxnResponse } from './messages/end-txn.ts'
import { FetchRequest, FetchResponse } from './messages/fetch.ts'
import { FindCoordinatorRequest, FindCoordinatorResponse } from './messages/find-coordinator.ts'
import { HeartbeatRequest, HeartbeatResponse } from './messages/heartbeat.ts'
import { InitProducerIdRequest, InitProducerIdResponse } from './messages/init-producer-id.ts'
import { JoinGroupRequest, JoinGroupResponse } from './messages/join-group.ts'
import { LeaveGroupRequest, LeaveGroupResponse } from './messages/leave-group.ts'
import { ListGroupsRequest, ListGroupsResponse } from './messages/list-groups.ts'
import { ListOffsetsRequest, ListOffsetsResponse } from './messages/list-offsets.ts'
import {
  AlterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
} from './messages/log-dirs.ts'
import { MetadataRequest, MetadataResponse } from './messages/metadata.ts'
import { OffsetCommitRequest, OffsetCommitResponse } from './messages/offset-commit.ts'
import { OffsetDeleteRequest, OffsetDeleteResponse } from './messages/offset-delete.ts'
import { OffsetFetchRequest, OffsetFetchResponse } from './messages/offset-fetch.ts'
import { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from './messages/offset-for-leader-epoch.ts'
import {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from './messages/partition-reassignments.ts'
import { ProduceRequest, ProduceResponse } from './messages/produce.ts'
import {
  SaslHandshakeRequest,
  SaslHandshakeResponse,
  SaslAuthenticateRequest,
  SaslAuthenticateResponse,
} from './messages/sasl.ts'
import {
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
} from './messages/scram-credentials.ts'
import { SyncGroupRequest, SyncGroupResponse } from './messages/sync-group.ts'
import {
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from './messages/transactions.ts'
import { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from './messages/txn-offset-commit.ts'
import { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from './messages/write-txn-markers.ts'
import type { InputOf, Message, MessageOf } from './schema.ts'
import { type VersionRange, type Versions, rangeOf } from './versions.ts'

export interface ApiRow<Q extends Message = Message, R extends Message = Message> {
  readonly key: number
  readonly name: string
  readonly request: Q
  readonly response: R
  /** What ApiVersions answers. */
  readonly advertised: VersionRange
  /** What is served. */
  readonly accepted: VersionRange
  /** Infinity for APIs that never became flexible. */
  readonly flexibleFrom: number
}

function api<Q extends Message, R extends Message>(
  request: Q,
  response: R,
  advertised: Versions = request.versions,
): ApiRow<Q, R> {
  const told = rangeOf(advertised)
  const known = rangeOf(request.versions)
  return {
    key: request.key!,
    name: request.name.replace(/Request$/, ''),
    request,
    response,
    advertised: told,
    accepted: { min: Math.max(told.min, known.min), max: Math.min(told.max, known.max) },
    flexibleFrom: request.flexible === 'none' ? Infinity : rangeOf(request.flexible).min,
  }
}

/**
 * One row says more than its messages have: librdkafka takes a broker whose Produce does not begin at 0 for one that can't compress,
 * though nobody may send versions 0 to 2 any more.
 */
export const apis = {
  Produce: api(ProduceRequest, ProduceResponse, '0-13'),
  Fetch: api(FetchRequest, FetchResponse),
  ListOffsets: api(ListOffsetsRequest, ListOffsetsResponse),
  Metadata: api(MetadataRequest, MetadataResponse),
  OffsetCommit: api(OffsetCommitRequest, OffsetCommitResponse),
  OffsetFetch: api(OffsetFetchRequest, OffsetFetchResponse),
  FindCoordinator: api(FindCoordinatorRequest, FindCoordinatorResponse),
  JoinGroup: api(JoinGroupRequest, JoinGroupResponse),
  Heartbeat: api(HeartbeatRequest, HeartbeatResponse),
  LeaveGroup: api(LeaveGroupRequest, LeaveGroupResponse),
  SyncGroup: api(SyncGroupRequest, SyncGroupResponse),
  DescribeGroups: api(DescribeGroupsRequest, DescribeGroupsResponse),
  ListGroups: api(ListGroupsRequest, ListGroupsResponse),
  SaslHandshake: api(SaslHandshakeRequest, SaslHandshakeResponse),
  ApiVersions: api(ApiVersionsRequest, ApiVersionsResponse),
  CreateTopics: api(CreateTopicsRequest, CreateTopicsResponse),
  DeleteTopics: api(DeleteTopicsRequest, DeleteTopicsResponse),
  DeleteRecords: api(DeleteRecordsRequest, DeleteRecordsResponse),
  InitProducerId: api(InitProducerIdRequest, InitProducerIdResponse),
  OffsetForLeaderEpoch: api(OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse),
  AddPartitionsToTxn: api(AddPartitionsToTxnRequest, AddPartitionsToTxnResponse),
  AddOffsetsToTxn: api(AddOffsetsToTxnRequest, AddOffsetsToTxnResponse),
  EndTxn: api(EndTxnRequest, EndTxnResponse),
  WriteTxnMarkers: api(WriteTxnMarkersRequest, WriteTxnMarkersResponse),
  TxnOffsetCommit: api(TxnOffsetCommitRequest, TxnOffsetCommitResponse),
  DescribeAcls: api(DescribeAclsRequest, DescribeAclsResponse),
  CreateAcls: api(CreateAclsRequest, CreateAclsResponse),
  DeleteAcls: api(DeleteAclsRequest, DeleteAclsResponse),
  DescribeConfigs: api(DescribeConfigsRequest, DescribeConfigsResponse),
  AlterConfigs: api(AlterConfigsRequest, AlterConfigsResponse),
  AlterReplicaLogDirs: api(AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse),
  DescribeLogDirs: api(DescribeLogDirsRequest, DescribeLogDirsResponse),
  SaslAuthenticate: api(SaslAuthenticateRequest, SaslAuthenticateResponse),
  CreatePartitions: api(CreatePartitionsRequest, CreatePartitionsResponse),
  DeleteGroups: api(DeleteGroupsRequest, DeleteGroupsResponse),
  ElectLeaders: api(ElectLeadersRequest, ElectLeadersResponse),
  IncrementalAlterConfigs: api(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse),
  AlterPartitionReassignments: api(AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse),
  ListPartitionReassignments: api(ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse),
  OffsetDelete: api(OffsetDeleteRequest, OffsetDeleteResponse),
  DescribeClientQuotas: api(DescribeClientQuotasRequest, DescribeClientQuotasResponse),
  AlterClientQuotas: api(AlterClientQuotasRequest, AlterClientQuotasResponse),
  DescribeUserScramCredentials: api(DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse),
  AlterUserScramCredentials: api(AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse),
  DescribeQuorum: api(DescribeQuorumRequest, DescribeQuorumResponse),
  DescribeCluster: api(DescribeClusterRequest, DescribeClusterResponse),
  DescribeProducers: api(DescribeProducersRequest, DescribeProducersResponse),
  DescribeTransactions: api(DescribeTransactionsRequest, DescribeTransactionsResponse),
  ListTransactions: api(ListTransactionsRequest, ListTransactionsResponse),
  ConsumerGroupHeartbeat: api(ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse),
  ConsumerGroupDescribe: api(ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse),
  ListConfigResources: api(ListConfigResourcesRequest, ListConfigResourcesResponse),
  DescribeTopicPartitions: api(DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse),
} as const satisfies Record<string, ApiRow>

export type ApiName = keyof typeof apis
/** What a handler gets. */
export type RequestOf<N extends ApiName> = MessageOf<(typeof apis)[N]['request']>
/** What a handler answers. */
export type ResponseOf<N extends ApiName> = InputOf<(typeof apis)[N]['response']>

const byKey: (ApiRow | undefined)[] = []
for (const row of Object.values(apis)) byKey[row.key] = row

export const apiOf = (key: number): ApiRow | undefined => byKey[key]

export const API_VERSIONS = apis.ApiVersions.key

/** Compact lengths and tagged fields; false for what is not known here. */
export const isFlexible = (key: number, version: number): boolean => version >= (byKey[key]?.flexibleFrom ?? Infinity)

export const requestHeaderVersion = (key: number, version: number): 1 | 2 => (isFlexible(key, version) ? 2 : 1)

/** The response to ApiVersions is read by clients that don't know yet what the broker speaks: its header never changed. */
export const responseHeaderVersion = (key: number, version: number): 0 | 1 =>
  key !== API_VERSIONS && isFlexible(key, version) ? 1 : 0
