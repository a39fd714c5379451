/**
 * Properties of a Kafka 4.3 broker that are taken and shown here for the sake of tools and files, and do nothing, each under the reason why.
 *
 *     name      type      default (-: none, '': empty)      range (1..  0..10  a|b)      when it is set
 *
 * `start`: only then. `cluster`: also while it runs. `broker`: likewise, for one broker at a time. `hidden`: at the start, and not shown.
 * `throttle`: while it runs, and not shown.
 */
import type { ConfigDefinition, ConfigType } from './definition.ts'

const table = `
# there is no remote storage
follower.fetch.last.tiered.offset.enable                   boolean  false                -                      cluster
remote.fetch.max.wait.ms                                   int      500                  1..                    cluster
remote.list.offsets.request.timeout.ms                     long     30000                1..                    cluster
remote.log.index.file.cache.total.size.bytes               long     1073741824           1..                    cluster
remote.log.index.file.cache.ttl.ms                         long     900000               -1..                   hidden
remote.log.manager.copier.thread.pool.size                 int      10                   1..                    cluster
remote.log.manager.copy.max.bytes.per.second               long     9223372036854775807  1..                    cluster
remote.log.manager.copy.quota.window.num                   int      11                   1..                    start
remote.log.manager.copy.quota.window.size.seconds          int      1                    1..                    start
remote.log.manager.expiration.thread.pool.size             int      10                   1..                    cluster
remote.log.manager.fetch.max.bytes.per.second              long     9223372036854775807  1..                    cluster
remote.log.manager.fetch.quota.window.num                  int      11                   1..                    start
remote.log.manager.fetch.quota.window.size.seconds         int      1                    1..                    start
remote.log.manager.follower.thread.pool.size               int      2                    1..                    cluster
remote.log.manager.task.interval.ms                        long     30000                1..                    start
remote.log.manager.task.retry.backoff.max.ms               long     30000                1..                    hidden
remote.log.manager.task.retry.backoff.ms                   long     500                  1..                    hidden
remote.log.manager.task.retry.jitter                       double   0.2                  0..0.5                 hidden
remote.log.manager.thread.pool.size                        int      2                    1..                    start
remote.log.metadata.custom.metadata.max.bytes              int      128                  0..                    start
remote.log.metadata.manager.class.name                     string   org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager -                      start
remote.log.metadata.manager.class.path                     string   -                    -                      start
remote.log.metadata.manager.impl.prefix                    string   rlmm.config.         -                      start
remote.log.metadata.manager.listener.name                  string   -                    -                      start
remote.log.reader.max.pending.tasks                        int      100                  1..                    start
remote.log.reader.threads                                  int      10                   1..                    cluster
remote.log.storage.manager.class.name                      string   -                    -                      start
remote.log.storage.manager.class.path                      string   -                    -                      start
remote.log.storage.manager.impl.prefix                     string   rsm.config.          -                      start
remote.log.storage.system.enable                           boolean  false                -                      start

# there is no quorum: the journal is the metadata
broker.heartbeat.interval.ms                               int      2000                 -                      start
broker.session.timeout.ms                                  int      9000                 -                      start
controller.performance.always.log.threshold.ms             long     2000                 0..                    hidden
controller.performance.sample.period.ms                    long     60000                100..                  hidden
controller.quorum.append.linger.ms                         int      25                   0..                    start
controller.quorum.auto.join.enable                         boolean  false                -                      start
controller.quorum.bootstrap.servers                        list     ''                   -                      start
controller.quorum.election.backoff.max.ms                  int      1000                 0..                    start
controller.quorum.election.timeout.ms                      int      1000                 0..                    start
controller.quorum.fetch.max.bytes                          int      1048576              1..                    start
controller.quorum.fetch.snapshot.max.bytes                 int      1048576              1..                    start
controller.quorum.fetch.timeout.ms                         int      2000                 0..                    start
controller.quorum.request.timeout.ms                       int      2000                 0..                    start
controller.quorum.retry.backoff.ms                         int      20                   0..                    start
controller.quorum.voters                                   list     ''                   -                      start
controller.socket.timeout.ms                               int      30000                -                      start
early.start.listeners                                      list     -                    -                      start
initial.broker.registration.timeout.ms                     int      60000                -                      start
internal.metadata.delete.delay.millis                      long     60000                -                      hidden
internal.metadata.log.segment.bytes                        int      -                    -                      hidden
internal.metadata.max.batch.size.in.bytes                  int      8388608              -                      hidden
log.dir.failure.timeout.ms                                 long     30000                1..                    start
metadata.log.dir                                           string   -                    -                      start
metadata.log.max.record.bytes.between.snapshots            long     20971520             1..                    start
metadata.log.max.snapshot.interval.ms                      long     3600000              0..                    start
metadata.log.segment.bytes                                 int      1073741824           8388608..              start
metadata.log.segment.ms                                    long     604800000            -                      start
metadata.max.idle.interval.ms                              int      500                  0..                    start
metadata.max.retention.bytes                               long     104857600            -                      start
metadata.max.retention.ms                                  long     604800000            -                      start
process.roles                                              list     -                    broker|controller      start
sasl.mechanism.controller.protocol                         string   GSSAPI               -                      start
server.max.startup.time.ms                                 long     9223372036854775807  0..                    hidden

# there are no share groups
group.share.assignment.interval.ms                         int      1000                 0..                    cluster
group.share.assignors                                      list     simple               -                      start
group.share.delivery.count.limit                           int      5                    2..10                  start
group.share.heartbeat.interval.ms                          int      5000                 1..                    start
group.share.initialize.retry.interval.ms                   int      30000                1..                    hidden
group.share.max.assignment.interval.ms                     int      15000                0..                    start
group.share.max.delivery.count.limit                       int      10                   5..25                  start
group.share.max.heartbeat.interval.ms                      int      15000                1..                    start
group.share.max.partition.max.record.locks                 int      4000                 2000..10000            start
group.share.max.record.lock.duration.ms                    int      60000                30000..3600000         start
group.share.max.session.timeout.ms                         int      60000                1..                    start
group.share.max.share.sessions                             int      2000                 1..                    start
group.share.max.size                                       int      200                  1..1000                start
group.share.min.assignment.interval.ms                     int      0                    0..                    start
group.share.min.delivery.count.limit                       int      2                    2..5                   start
group.share.min.heartbeat.interval.ms                      int      5000                 1..                    start
group.share.min.partition.max.record.locks                 int      100                  100..2000              start
group.share.min.record.lock.duration.ms                    int      15000                1000..30000            start
group.share.min.session.timeout.ms                         int      45000                1..                    start
group.share.partition.max.record.locks                     int      2000                 100..10000             start
group.share.persister.class.name                           string   org.apache.kafka.server.share.persister.DefaultStatePersister -                      hidden
group.share.record.lock.duration.ms                        int      30000                1000..3600000          start
group.share.session.timeout.ms                             int      45000                1..                    start
share.coordinator.append.linger.ms                         int      -1                   -1..                   start
share.coordinator.cached.buffer.max.bytes                  int      1048588              524288..               cluster
share.coordinator.cold.partition.snapshot.interval.ms      int      300000               1..                    hidden
share.coordinator.load.buffer.size                         int      5242880              1..                    start
share.coordinator.snapshot.update.records.per.snapshot     int      500                  0..500                 start
share.coordinator.state.topic.compression.codec            int      0                    -                      start
share.coordinator.state.topic.min.isr                      short    2                    1..                    start
share.coordinator.state.topic.num.partitions               int      50                   1..                    start
share.coordinator.state.topic.prune.interval.ms            int      300000               1..                    hidden
share.coordinator.state.topic.replication.factor           short    3                    1..                    start
share.coordinator.state.topic.segment.bytes                int      104857600            1..                    start
share.coordinator.threads                                  int      1                    1..                    start
share.coordinator.write.timeout.ms                         int      5000                 1..                    start
share.fetch.purgatory.purge.interval.requests              int      1000                 -                      start

# there are no streams groups
group.streams.assignment.interval.ms                       int      1000                 0..                    cluster
group.streams.heartbeat.interval.ms                        int      5000                 1..                    start
group.streams.initial.rebalance.delay.ms                   int      3000                 0..                    start
group.streams.max.assignment.interval.ms                   int      15000                0..                    start
group.streams.max.heartbeat.interval.ms                    int      15000                1..                    start
group.streams.max.session.timeout.ms                       int      60000                1..                    start
group.streams.max.size                                     int      2147483647           1..                    start
group.streams.max.standby.replicas                         int      2                    0..                    start
group.streams.min.assignment.interval.ms                   int      0                    0..                    start
group.streams.min.heartbeat.interval.ms                    int      5000                 1..                    start
group.streams.min.session.timeout.ms                       int      45000                1..                    start
group.streams.num.standby.replicas                         int      0                    0..                    start
group.streams.session.timeout.ms                           int      45000                1..                    start

# there is one replica of each partition
alter.log.dirs.replication.quota.window.num                int      11                   1..                    start
alter.log.dirs.replication.quota.window.size.seconds       int      1                    1..                    start
auto.leader.rebalance.enable                               boolean  true                 -                      start
controlled.shutdown.enable                                 boolean  true                 -                      start
leader.imbalance.check.interval.seconds                    long     300                  1..                    start
num.replica.alter.log.dirs.threads                         int      -                    -                      start
num.replica.fetchers                                       int      1                    1..                    cluster
replica.fetch.backoff.ms                                   int      1000                 0..                    start
replica.fetch.max.bytes                                    int      1048576              0..                    start
replica.fetch.min.bytes                                    int      1                    -                      start
replica.fetch.response.max.bytes                           int      10485760             0..                    start
replica.fetch.wait.max.ms                                  int      500                  -                      start
replica.high.watermark.checkpoint.interval.ms              long     5000                 -                      start
replica.lag.time.max.ms                                    long     30000                -                      start
replica.selector.class                                     string   -                    -                      start
replica.socket.receive.buffer.bytes                        int      65536                -                      start
replica.socket.timeout.ms                                  int      30000                -                      start
replication.quota.window.num                               int      11                   1..                    start
replication.quota.window.size.seconds                      int      1                    1..                    start
unclean.leader.election.interval.ms                        long     300000               1..                    hidden

# nothing is replicated that could be throttled
follower.replication.throttled.rate                        long     -                    0..                    throttle
leader.replication.throttled.rate                          long     -                    0..                    throttle
replica.alter.log.dirs.io.max.bytes.per.second             long     -                    0..                    throttle

# quotas are kept and shown, not enforced
client.quota.callback.class                                class    -                    -                      start
controller.quota.window.num                                int      11                   1..                    start
controller.quota.window.size.seconds                       int      1                    1..                    start
quota.window.num                                           int      11                   1..                    start
quota.window.size.seconds                                  int      1                    1..                    start

# there are no delegation tokens
delegation.token.expiry.check.interval.ms                  long     3600000              1..                    start
delegation.token.expiry.time.ms                            long     86400000             1..                    start
delegation.token.max.lifetime.ms                           long     604800000            1..                    start
delegation.token.secret.key                                password -                    -                      start

# there is no Kerberos
sasl.kerberos.kinit.cmd                                    string   /usr/bin/kinit       -                      broker
sasl.kerberos.min.time.before.relogin                      long     60000                -                      broker
sasl.kerberos.principal.to.local.rules                     list     DEFAULT              -                      broker
sasl.kerberos.service.name                                 string   -                    -                      broker
sasl.kerberos.ticket.renew.jitter                          double   0.05                 -                      broker
sasl.kerberos.ticket.renew.window.factor                   double   0.8                  -                      broker

# the broker logs in nowhere
sasl.client.callback.handler.class                         class    -                    -                      start
sasl.login.callback.handler.class                          class    -                    -                      start
sasl.login.class                                           class    -                    -                      start
sasl.login.connect.timeout.ms                              int      -                    -                      start
sasl.login.read.timeout.ms                                 int      -                    -                      start
sasl.login.refresh.buffer.seconds                          short    300                  -                      broker
sasl.login.refresh.min.period.seconds                      short    60                   -                      broker
sasl.login.refresh.window.factor                           double   0.8                  -                      broker
sasl.login.refresh.window.jitter                           double   0.05                 -                      broker
sasl.login.retry.backoff.max.ms                            long     10000                -                      start
sasl.login.retry.backoff.ms                                long     100                  -                      start
sasl.oauthbearer.assertion.algorithm                       string   RS256                ES256|RS256            start
sasl.oauthbearer.assertion.claim.aud                       string   -                    -                      start
sasl.oauthbearer.assertion.claim.exp.seconds               int      300                  0..86400               start
sasl.oauthbearer.assertion.claim.iss                       string   -                    -                      start
sasl.oauthbearer.assertion.claim.jti.include               boolean  false                -                      start
sasl.oauthbearer.assertion.claim.nbf.seconds               int      60                   0..3600                start
sasl.oauthbearer.assertion.claim.sub                       string   -                    -                      start
sasl.oauthbearer.assertion.file                            string   -                    -                      start
sasl.oauthbearer.assertion.private.key.file                string   -                    -                      start
sasl.oauthbearer.assertion.private.key.passphrase          password -                    -                      start
sasl.oauthbearer.assertion.template.file                   string   -                    -                      start
sasl.oauthbearer.client.credentials.client.id              string   -                    -                      start
sasl.oauthbearer.client.credentials.client.secret          password -                    -                      start
sasl.oauthbearer.jwt.retriever.class                       class    org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever -                      start
sasl.oauthbearer.scope                                     string   -                    -                      start
sasl.oauthbearer.token.endpoint.url                        string   -                    -                      start

# certificates, keys and tokens are checked by Node
principal.builder.class                                    class    org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder -                      broker
sasl.oauthbearer.jwt.validator.class                       class    org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator -                      start
security.providers                                         string   -                    -                      start
ssl.allow.dn.changes                                       boolean  false                -                      start
ssl.allow.san.changes                                      boolean  false                -                      start
ssl.engine.factory.class                                   class    -                    -                      broker

# no classes of Java are loaded
alter.config.policy.class.name                             class    -                    -                      start
config.providers                                           list     ''                   -                      cluster
create.topic.policy.class.name                             class    -                    -                      start

# metrics are served by --http
kafka.metrics.polling.interval.secs                        int      10                   1..                    start
kafka.metrics.reporters                                    list     ''                   -                      start
metric.reporters                                           list     org.apache.kafka.common.metrics.JmxReporter -                      cluster
metrics.num.samples                                        int      2                    1..                    start
metrics.recording.level                                    string   INFO                 -                      start
metrics.sample.window.ms                                   long     30000                1..                    start

# clients push no metrics
telemetry.max.bytes                                        int      1048576              1..                    start

# one thread does it all, and memory of requests is bounded in bytes
background.threads                                         int      10                   1..                    cluster
delete.records.purgatory.purge.interval.requests           int      1                    -                      start
fetch.purgatory.purge.interval.requests                    int      1000                 -                      start
group.coordinator.background.threads                       int      2                    1..                    start
group.coordinator.threads                                  int      4                    1..                    start
log.cleaner.threads                                        int      1                    0..                    cluster
max.connection.creation.rate                               int      2147483647           0..                    cluster
num.io.threads                                             int      8                    1..                    cluster
num.network.threads                                        int      3                    1..                    cluster
num.recovery.threads.per.data.dir                          int      2                    1..                    cluster
producer.purgatory.purge.interval.requests                 int      1000                 -                      start
queued.max.request.bytes                                   long     -1                   -                      start
queued.max.requests                                        int      500                  1..                    start
request.timeout.ms                                         int      30000                -                      start

# the operating system sizes buffers
socket.connection.setup.timeout.max.ms                     long     30000                -                      start
socket.connection.setup.timeout.ms                         long     10000                -                      start
socket.listen.backlog.size                                 int      50                   1..                    start
socket.receive.buffer.bytes                                int      102400               -                      start
socket.send.buffer.bytes                                   int      102400               -                      start

# groups and offsets lie in the journal
group.coordinator.append.linger.ms                         int      -1                   -1..                   start
group.coordinator.cached.buffer.max.bytes                  int      1048588              524288..               cluster
group.coordinator.rebalance.protocols                      list     classic,consumer,streams consumer|classic|share|streams start
offsets.commit.timeout.ms                                  int      5000                 1..                    start
offsets.load.buffer.size                                   int      5242880              1..                    start
offsets.topic.compression.codec                            int      0                    -                      start
offsets.topic.num.partitions                               int      50                   1..                    start
offsets.topic.replication.factor                           short    3                    1..                    start
offsets.topic.segment.bytes                                int      104857600            1..                    start

# patterns are matched when topics come or go
group.consumer.regex.refresh.interval.ms                   int      600000               10000..                hidden

# records lie where --data says
cordoned.log.dirs                                          list     ''                   -                      broker
log.dir                                                    list     /tmp/kafka-logs      -                      start
log.dirs                                                   list     -                    -                      start

# a checkpoint comes with every 128 MB, or each minute
log.flush.offset.checkpoint.interval.ms                    int      60000                0..                    start
log.flush.start.offset.checkpoint.interval.ms              int      60000                0..                    start
log.initial.task.delay.ms                                  long     30000                0..                    hidden

# compaction is paced by the broker itself
log.cleaner.io.buffer.size                                 int      524288               0..                    cluster
log.cleaner.io.max.bytes.per.second                        double   1.7976931348623157E308 -                      cluster

# there is nothing unstable to be switched on
unstable.api.versions.enable                               boolean  false                -                      hidden
unstable.feature.versions.enable                           boolean  false                -                      hidden
`

export const inertProperties: readonly ConfigDefinition[] = [...rowsOf(table)]

function* rowsOf(text: string): Generator<ConfigDefinition> {
  let inert = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) inert = line.slice(2)
    else if (line !== '') yield definitionOf(line, inert)
  }
}

function definitionOf(line: string, inert: string): ConfigDefinition {
  const [name, type, initial, range, update] = line.split(/ +/) as [string, ConfigType, string, string, string]
  return {
    name,
    type,
    default: initial === '-' ? null : initial === "''" ? '' : initial,
    description: '',
    ...limitsOf(range),
    ...(update === 'cluster' || update === 'broker' ? { dynamic: update } : {}),
    ...(update === 'throttle' ? { dynamic: 'cluster' } : {}),
    ...(update === 'hidden' || update === 'throttle' ? { hidden: true } : {}),
    inert,
  }
}

function limitsOf(range: string): Pick<ConfigDefinition, 'min' | 'max' | 'values'> {
  if (range === '-') return {}
  if (!range.includes('..')) return { values: range.split('|') }
  const [min, max] = range.split('..')
  return { min: Number(min), ...(max === '' ? {} : { max: Number(max) }) }
}
