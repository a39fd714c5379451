/**
 * What is asked of Kafka's own tools, in this order, of our broker and of a real one. `BROKER` is the address.
 *
 * Both have to answer alike, on standard output, in exit code and in the exceptions of standard error. What differs for a reason is
 * listed with it; then exit codes still have to be the same, unless `differs` says otherwise.
 */

export interface ToolCommand {
  readonly tool: string
  readonly args: string
  readonly input?: string
  /** Why the output is not compared. */
  readonly differs?: string
  /** It goes on printing when it has returned, until it has been silent for so long. */
  readonly settleMs?: number
  /** Lines come in any order. */
  readonly unordered?: true
}

const tool =
  (name: string) =>
  (args: string, more: Partial<ToolCommand> = {}): ToolCommand => ({
    tool: name,
    args: `${args} --bootstrap-server BROKER`,
    ...more,
  })

/** Tools whose options stand before the command. */
const optionsFirst =
  (name: string) =>
  (args: string, more: Partial<ToolCommand> = {}): ToolCommand => ({
    tool: name,
    args: `--bootstrap-server BROKER ${args}`,
    ...more,
  })

const topics = tool('org.apache.kafka.tools.TopicCommand')
const configs = tool('kafka.admin.ConfigCommand')
const groups = tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand')
const allGroups = tool('org.apache.kafka.tools.GroupsCommand')
const acls = tool('org.apache.kafka.tools.AclCommand')
const transactions = optionsFirst('org.apache.kafka.tools.TransactionsCommand')
const offsets = tool('org.apache.kafka.tools.GetOffsetShell')
const produce = tool('org.apache.kafka.tools.ConsoleProducer')
const consume = tool('org.apache.kafka.tools.consumer.ConsoleConsumer')
const deleteRecords = tool('org.apache.kafka.tools.DeleteRecordsCommand')
const logDirs = tool('org.apache.kafka.tools.LogDirsCommand')
const features = optionsFirst('org.apache.kafka.tools.FeatureCommand')
const quorum = optionsFirst('org.apache.kafka.tools.MetadataQuorumCommand')
const cluster = tool('org.apache.kafka.tools.ClusterTool')
const clientMetrics = tool('org.apache.kafka.tools.ClientMetricsCommand')
const leaders = tool('org.apache.kafka.tools.LeaderElectionCommand')
const reassign = tool('org.apache.kafka.tools.reassign.ReassignPartitionsCommand')
const apiVersions = tool('org.apache.kafka.tools.BrokerApiVersionsCommand')
const verifiableProducer = tool('org.apache.kafka.tools.VerifiableProducer')
const verifiableConsumer = tool('org.apache.kafka.tools.VerifiableConsumer')
const plain =
  (name: string) =>
  (args: string, more: Partial<ToolCommand> = {}): ToolCommand => ({ tool: name, args, ...more })
const perfProduce = plain('org.apache.kafka.tools.ProducerPerformance')
const perfConsume = tool('org.apache.kafka.tools.ConsumerPerformance')
const latency = tool('org.apache.kafka.tools.EndToEndLatency')
const copyTransactional = plain('org.apache.kafka.tools.TransactionalMessageCopier')

const figures = 'figures of speed'

export const toolCommands = (deletion: string): readonly ToolCommand[] => [
  // ── topics ────────────────────────────────────────────────────────────────────────────────────────
  topics('--create --topic a --partitions 3'),
  topics('--create --topic a --partitions 3'),
  topics('--create --topic a --if-not-exists'),
  topics('--create --topic b --partitions 2 --config cleanup.policy=compact --config max.message.bytes=2000'),
  topics('--create --topic c --replication-factor 2'),
  topics('--create --topic c --config nope=1'),
  topics('--create --topic c --config retention.ms=soon'),
  topics('--create --topic x/y'),
  topics('--create --topic c.d'),
  topics('--create --topic c_d'),
  topics('--create --topic ra --replica-assignment 1,1'),
  topics('--list'),
  topics('--describe --topic a'),
  topics('--describe --topic b'),
  topics('--describe --topic c.d|ra', { unordered: true }),
  topics('--describe --topic nope'),
  topics('--describe --under-replicated-partitions'),
  topics('--describe --topics-with-overrides', { unordered: true }),
  topics('--alter --topic ra --partitions 5'),
  topics('--alter --topic ra --partitions 2'),
  topics('--alter --topic nope --partitions 2'),
  topics('--describe --topic ra'),
  topics('--describe --unavailable-partitions'),
  topics('--describe --at-min-isr-partitions', { unordered: true }),
  topics('--delete --topic c.d'),
  topics('--delete --topic nope'),
  topics('--delete --topic nope --if-exists'),

  // ── configs ───────────────────────────────────────────────────────────────────────────────────────
  configs('--describe --entity-type topics --entity-name b'),
  configs('--describe --entity-type topics --entity-name b --all'),
  configs('--alter --entity-type topics --entity-name b --add-config retention.ms=5000,cleanup.policy=[compact,delete]'),
  configs('--describe --entity-type topics --entity-name b'),
  configs('--alter --entity-type topics --entity-name b --delete-config retention.ms'),
  configs('--alter --entity-type topics --entity-name b --delete-config retention.ms'),
  configs('--alter --entity-type topics --entity-name b --add-config nope=1'),
  configs('--alter --entity-type topics --entity-name nope --add-config retention.ms=1'),
  configs('--describe --entity-type topics --entity-name nope'),
  configs('--describe --entity-type brokers --entity-name 1'),
  configs('--alter --entity-type brokers --entity-default --add-config log.retention.ms=86400000'),
  configs('--describe --entity-type brokers --entity-default'),
  configs('--alter --entity-type brokers --entity-default --delete-config log.retention.ms'),
  configs('--alter --entity-type brokers --entity-name 1 --add-config log.dirs=/elsewhere'),
  configs('--alter --entity-type clients --entity-name c1 --add-config producer_byte_rate=1024'),
  configs('--describe --entity-type clients --entity-name c1'),
  configs('--alter --entity-type users --entity-name alice --add-config SCRAM-SHA-256=[password=secret]'),
  configs('--describe --entity-type users --entity-name alice'),
  configs('--alter --entity-type groups --entity-name cg --add-config consumer.session.timeout.ms=50000'),
  configs('--describe --entity-type groups --entity-name cg'),
  configs('--describe --entity-type groups --entity-name cg --all', {
    differs: 'a real Kafka shows properties of share and streams groups, too',
  }),
  configs('--alter --entity-type brokers --entity-name 1 --add-config compression.type=gzip'),
  configs('--alter --entity-type brokers --entity-name 1 --delete-config compression.type'),
  configs('--alter --entity-type topics --entity-name b --add-config min.insync.replicas=0'),
  ...['topics', 'users', 'clients', 'client-metrics'].map(type => configs(`--describe --entity-type ${type}`)),
  clientMetrics('--list'),

  // ── records, offsets and groups ───────────────────────────────────────────────────────────────────
  produce('--topic a --reader-property parse.key=true --reader-property key.separator=:', { input: 'k1:v1\nk2:v2\nk3:v3\n' }),
  consume(
    '--topic a --from-beginning --max-messages 3 --formatter-property print.key=true --formatter-property print.partition=true --formatter-property print.offset=true',
    { unordered: true },
  ),
  consume('--topic a --from-beginning --max-messages 3 --group g1', { unordered: true }),
  consume('--topic a --from-beginning --max-messages 3 --group g2 --command-property group.protocol=consumer', {
    unordered: true,
  }),
  consume('--include a|b --from-beginning --max-messages 3 --group g3', { unordered: true }),
  consume('--topic a --partition 0 --offset 1 --timeout-ms 500'),
  offsets('--topic a'),
  ...[
    'earliest',
    'latest',
    'max-timestamp',
    'earliest-local',
    'latest-tiered',
    'earliest-pending-upload',
    '0',
    '9999999999999',
  ].map(time => offsets(`--topic a --time ${time}`)),
  offsets('--topic-partitions a:0-1,b'),
  offsets('--topic nope'),
  groups('--list', { unordered: true }),
  groups('--list --state', { unordered: true }),
  groups('--list --type', { unordered: true }),
  groups('--list --type classic', { unordered: true }),
  groups('--list --state Stable'),
  groups('--describe --group g1'),
  groups('--describe --group g1 --members'),
  groups('--describe --group g1 --state'),
  groups('--describe --group g2'),
  groups('--describe --group g2 --state --verbose'),
  groups('--describe --group g2 --members --verbose'),
  groups('--describe --group nope'),
  groups('--describe --group g2 --offsets --verbose'),
  groups('--reset-offsets --group g1 --topic a --to-earliest --execute'),
  groups('--reset-offsets --group g1 --all-topics --to-datetime 2020-01-01T00:00:00.000 --dry-run'),
  groups('--reset-offsets --group g2 --topic a --shift-by -1 --execute'),
  groups('--reset-offsets --group g2 --topic a:1 --to-offset 77 --execute'),
  groups('--reset-offsets --group g9 --topic a --to-latest --execute'),
  groups('--reset-offsets --group g9 --topic nope --to-latest --execute'),
  groups('--reset-offsets --group g1 --all-topics --by-duration PT1H --export --dry-run'),
  groups('--delete-offsets --group g1 --topic b'),
  groups('--delete-offsets --group g1 --topic a'),
  groups('--delete-offsets --group g1 --topic nope'),
  groups('--delete --group g1'),
  groups('--delete --group nope'),
  groups('--validate-regex a.*['),
  groups('--validate-regex a.*b'),
  allGroups('--list', { unordered: true }),
  allGroups('--list --consumer', { unordered: true }),
  allGroups('--list --group-type classic', { unordered: true }),
  deleteRecords(`--offset-json-file ${deletion}`),
  offsets('--topic a --time earliest'),

  // ── producers and consumers that verify ───────────────────────────────────────────────────────────
  topics('--create --topic v --partitions 1'),
  topics('--create --topic w --partitions 1'),
  verifiableProducer('--topic v --max-messages 200 --acks -1 --value-prefix 7', { unordered: true, settleMs: 400 }),
  verifiableProducer('--topic v --max-messages 100 --acks 1 --message-create-time 1700000000000', {
    unordered: true,
    settleMs: 400,
  }),
  ...[
    '--group-protocol classic --group-id vc1',
    '--group-protocol classic --group-id vc2 --assignment-strategy org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    '--group-protocol classic --group-id vc3 --group-instance-id i1',
    '--group-protocol consumer --group-id vc4',
    '--group-protocol consumer --group-id vc5 --group-remote-assignor range',
  ].map(how =>
    verifiableConsumer(`--topic v --max-messages 300 --reset-policy earliest ${how}`, {
      differs: 'how many records come at a time',
    }),
  ),
  verifiableConsumer('--topic v --max-messages 300 --reset-policy earliest --group-id vc6 --enable-autocommit', {
    differs: 'how many records come at a time',
  }),
  groups('--describe --group vc1'),
  groups('--describe --group vc4'),
  perfProduce(
    '--topic v --num-records 5000 --record-size 100 --throughput -1 --bootstrap-server BROKER --command-property compression.type=zstd',
    { differs: figures },
  ),
  perfProduce(
    '--topic w --num-records 500 --record-size 100 --throughput -1 --bootstrap-server BROKER --transactional-id perf --transaction-duration-ms 20',
    { differs: figures },
  ),
  perfConsume('--topic v --num-records 5000 --timeout 8000', { differs: figures }),
  latency('--topic v --num-records 100 --producer-acks all --record-size 100', { differs: figures }),
  offsets('--topic v'),

  // ── transactions ──────────────────────────────────────────────────────────────────────────────────
  topics('--create --topic in --partitions 1'),
  topics('--create --topic out --partitions 1'),
  verifiableProducer('--topic in --max-messages 200 --acks -1', { unordered: true, settleMs: 400 }),
  copyTransactional(
    '--broker-list BROKER --input-topic in --input-partition 0 --output-topic out --consumer-group cg --transaction-size 10 --max-messages 200 --transactional-id cp --enable-random-aborts --group-mode',
    { differs: 'which transactions are aborted is up to chance' },
  ),
  consume('--topic out --from-beginning --isolation-level read_committed --max-messages 200'),
  consume('--topic out --from-beginning --isolation-level read_committed --timeout-ms 3000', {
    differs: 'none: said on standard error',
  }),
  groups('--describe --group cg'),
  transactions('list'),
  transactions('list --duration-filter 1'),
  transactions('describe --transactional-id nope'),
  transactions('describe --transactional-id cp', { differs: 'the epoch counts transactions, of which chance aborted some' }),
  transactions('describe-producers --topic in --partition 0', { differs: 'ids and sequences of producers' }),
  transactions('describe-producers --topic nope --partition 0'),
  transactions('find-hanging --topic out'),
  transactions('find-hanging --broker-id 1'),
  transactions('abort --topic out --partition 0 --start-offset 0'),
  transactions('forceTerminateTransaction --transactional-id cp'),

  // ── ACLs ──────────────────────────────────────────────────────────────────────────────────────────
  acls('--list'),
  acls('--add --allow-principal User:bob --operation Read --operation Describe --topic a', { unordered: true }),
  acls('--add --allow-principal User:bob --producer --topic pre --resource-pattern-type prefixed', { unordered: true }),
  acls('--add --allow-principal User:bob --consumer --topic a --group g', { unordered: true }),
  acls('--add --deny-principal User:eve --deny-host 10.0.0.1 --operation All --cluster', { unordered: true }),
  acls('--list', { unordered: true }),
  acls('--list --topic prefixed-or-not --resource-pattern-type match', { unordered: true }),
  acls('--list --principal User:eve', { unordered: true }),
  acls('--remove --allow-principal User:bob --operation Read --topic a --force', { unordered: true }),
  acls('--remove --topic pre --resource-pattern-type prefixed --force'),
  acls('--list', { unordered: true }),

  // ── the cluster ───────────────────────────────────────────────────────────────────────────────────
  cluster('cluster-id'),
  cluster('list-endpoints'),
  features('describe', { differs: 'share and streams groups and KRaft are not here' }),
  features('version-mapping'),
  quorum('describe --status', { differs: 'where the log of metadata ends, and at which address it is' }),
  quorum('describe --replication', { differs: 'where the log of metadata ends, and when' }),
  logDirs('--describe --topic-list b'),
  logDirs('--describe --broker-list 7'),
  leaders('--election-type preferred --all-topic-partitions'),
  leaders('--election-type unclean --topic a --partition 0'),
  leaders('--election-type preferred --topic nope --partition 0'),
  reassign('--list'),
  apiVersions('', { differs: 'delegation tokens, share and streams groups, KRaft' }),
]
