import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** What an administrator asks for. */
final class AdminCalls {
  interface Body {
    void run(Check check, Admin admin) throws Exception;
  }

  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    Map<String, Body> calls = new LinkedHashMap<>();
    calls.put("topics", AdminCalls::topics);
    calls.put("partitions", AdminCalls::partitions);
    calls.put("records deleted", AdminCalls::deleteRecords);
    calls.put("configs", AdminCalls::configs);
    calls.put("offsets", AdminCalls::offsets);
    calls.put("groups", AdminCalls::groups);
    calls.put("cluster and features", AdminCalls::cluster);
    calls.put("log dirs", AdminCalls::logDirs);
    calls.put("quotas", AdminCalls::quotas);
    calls.put("users", AdminCalls::users);
    calls.put("replicas", AdminCalls::replicas);
    calls.put("ACLs without an authorizer", AdminCalls::acls);
    calls.forEach((name, call) -> features.put("admin: " + name, check -> {
      try (Admin admin = Admin.create(check.client())) {
        call.run(check, admin);
      }
    }));
    return features;
  }

  private static void topics(Check check, Admin admin) throws Exception {
    String name = check.name("a");
    CreateTopicsResult created = admin.createTopics(List.of(new NewTopic(name, 3, (short) 1).configs(Map.of("retention.ms", "5000"))));
    Uuid id = created.topicId(name).get();
    Check.same(3, created.numPartitions(name).get(), "partitions");
    Check.same("5000", created.config(name).get().get("retention.ms").value(), "config");
    Check.fails(TopicExistsException.class, () -> admin.createTopics(List.of(new NewTopic(name, 3, (short) 1))).all().get());
    Check.fails(InvalidReplicationFactorException.class, () -> admin.createTopics(List.of(new NewTopic(check.name("a"), 1, (short) 3))).all().get());
    Check.fails(InvalidPartitionsException.class, () -> admin.createTopics(List.of(new NewTopic(check.name("a"), 0, (short) 1))).all().get());
    Check.fails(InvalidTopicException.class, () -> admin.createTopics(List.of(new NewTopic("a b", 1, (short) 1))).all().get());
    Check.fails(InvalidConfigurationException.class, () -> admin.createTopics(List.of(new NewTopic(check.name("a"), 1, (short) 1).configs(Map.of("no", "1")))).all().get());
    Check.fails(InvalidConfigurationException.class, () -> admin.createTopics(List.of(new NewTopic(check.name("a"), 1, (short) 1).configs(Map.of("retention.ms", "x")))).all().get());
    String assigned = check.name("a");
    admin.createTopics(List.of(new NewTopic(assigned, Map.of(0, List.of(1), 1, List.of(1))))).all().get();
    String unmade = check.name("a");
    admin.createTopics(List.of(new NewTopic(unmade, 1, (short) 1)), new CreateTopicsOptions().validateOnly(true)).all().get();
    Check.eventually("it is listed", () -> names(admin).containsAll(Set.of(name, assigned)));
    Check.that(!names(admin).contains(unmade), "what was only validated is listed");
    TopicDescription described = admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id);
    Check.same(name, described.name(), "name by id");
    described = admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
    Check.same(id, described.topicId(), "id by name");
    Check.same(1, described.partitions().get(2).isr().size(), "replicas in sync");
    Check.fails(UnknownTopicOrPartitionException.class, () -> admin.describeTopics(List.of("nowhere")).allTopicNames().get());
    Check.fails(UnknownTopicIdException.class, () -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds().get());
    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
    admin.deleteTopics(List.of(assigned)).all().get();
    Check.fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(name)).all().get());
    Check.fails(UnknownTopicIdException.class, () -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get());
  }

  private static Set<String> names(Admin admin) {
    try {
      return admin.listTopics().names().get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void partitions(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 1);
    try (KafkaProducer<String, String> producer = Records.producer(check, "metadata.max.age.ms", 200)) {
      producer.send(new ProducerRecord<>(name, 0, "k", "v")).get();
      admin.createPartitions(Map.of(name, NewPartitions.increaseTo(3))).all().get();
      Check.eventually("the producer sees them", () -> producer.partitionsFor(name).size() == 3);
      producer.send(new ProducerRecord<>(name, 2, "k", "v")).get();
    }
    Check.fails(InvalidPartitionsException.class, () -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(2))).all().get());
    Check.fails(UnknownTopicOrPartitionException.class, () -> admin.createPartitions(Map.of("nowhere", NewPartitions.increaseTo(2))).all().get());
  }

  private static void deleteRecords(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 1);
    TopicPartition partition = new TopicPartition(name, 0);
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(name, "v" + i)).get();
    }
    Check.same(4L, admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(partition).get().lowWatermark(), "low watermark");
    Check.same("v4", Records.read(check, name, 6).get(0).value(), "the first value");
    Check.fails(OffsetOutOfRangeException.class, () -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(11))).all().get());
    Check.same(10L, admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(partition).get().lowWatermark(), "low watermark");
  }

  private static void configs(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 1, Map.of("cleanup.policy", "compact"));
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config config = admin.describeConfigs(List.of(topic)).all().get().get(topic);
    Check.same("compact", config.get("cleanup.policy").value(), "value");
    Check.same(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, config.get("cleanup.policy").source(), "source");
    Check.same(ConfigEntry.ConfigSource.DEFAULT_CONFIG, config.get("retention.ms").source(), "source of a default");
    admin.incrementalAlterConfigs(Map.of(topic, List.of(
        new AlterConfigOp(new ConfigEntry("retention.ms", "1234"), AlterConfigOp.OpType.SET),
        new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.APPEND)))).all().get();
    config = admin.describeConfigs(List.of(topic), new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true)).all().get().get(topic);
    Check.same("1234", config.get("retention.ms").value(), "altered value");
    Check.same(Set.of("compact", "delete"), Set.of(config.get("cleanup.policy").value().split(",")), "appended value");
    Check.same(ConfigEntry.ConfigType.LONG, config.get("retention.ms").type(), "type");
    admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE)))).all().get();
    Check.same("604800000", admin.describeConfigs(List.of(topic)).all().get().get(topic).get("retention.ms").value(), "value after its removal");
    Check.fails(InvalidConfigurationException.class,
        () -> admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("nope", "1"), AlterConfigOp.OpType.SET)))).all().get());
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    Check.same(true, admin.describeConfigs(List.of(broker)).all().get().get(broker).get("log.dirs").isReadOnly(), "read only");
  }

  private static void offsets(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 1);
    TopicPartition partition = new TopicPartition(name, 0);
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      for (long time : new long[] {1_000, 3_000, 2_000}) producer.send(new ProducerRecord<>(name, 0, time, "k", "v")).get();
    }
    Map<OffsetSpec, Long> expected = new LinkedHashMap<>();
    expected.put(OffsetSpec.earliest(), 0L);
    expected.put(OffsetSpec.latest(), 3L);
    expected.put(OffsetSpec.maxTimestamp(), 1L);
    expected.put(OffsetSpec.forTimestamp(1_500), 1L);
    expected.put(OffsetSpec.forTimestamp(9_000), -1L);
    expected.put(OffsetSpec.earliestLocal(), 0L);
    expected.put(OffsetSpec.latestTiered(), -1L);
    for (Map.Entry<OffsetSpec, Long> entry : expected.entrySet()) {
      Check.same(entry.getValue(), admin.listOffsets(Map.of(partition, entry.getKey())).partitionResult(partition).get().offset(), entry.getKey().getClass().getSimpleName());
    }
  }

  private static void groups(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 2);
    String group = check.name("g");
    TopicPartition partition = new TopicPartition(name, 0);
    admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(5, "five"))).all().get();
    Check.same("five", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).metadata(), "metadata");
    try (KafkaConsumer<String, String> consumer = Records.consumer(check, "group.id", group, "enable.auto.commit", false, "auto.offset.reset", "latest", "client.id", "me")) {
      consumer.subscribe(List.of(name));
      Check.eventually("assigned", () -> {
        consumer.poll(java.time.Duration.ofMillis(50));
        return consumer.assignment().size() == 2;
      });
      ConsumerGroupDescription described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
      Check.same(GroupState.STABLE, described.groupState(), "state");
      Check.same("me", described.members().iterator().next().clientId(), "client");
      Check.same("/127.0.0.1", described.members().iterator().next().host(), "host");
      Check.fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
      Check.fails(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1))).all().get());
      Check.fails(GroupSubscribedToTopicException.class, () -> admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get());
      admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
      Check.same(GroupState.EMPTY, admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState(), "state without members");
    }
    Check.that(admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC))).all().get().stream().anyMatch(g -> g.groupId().equals(group)), "it is listed");
    Check.that(admin.listGroups(ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(GroupState.STABLE))).all().get().stream().noneMatch(g -> g.groupId().equals(group)), "not as stable");
    Check.same(group, admin.describeClassicGroups(List.of(group)).all().get().get(group).groupId(), "classic group");
    admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
    admin.deleteConsumerGroups(List.of(group)).all().get();
    Check.fails(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    Check.fails(GroupIdNotFoundException.class, () -> admin.describeConsumerGroups(List.of(group)).all().get());
    Check.same(Map.of(), admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(), "offsets of no group");
  }

  private static void cluster(Check check, Admin admin) throws Exception {
    DescribeClusterResult cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
    Check.same(1, cluster.nodes().get().size(), "nodes");
    Check.same(22, cluster.clusterId().get().length() < 22 ? 22 : cluster.clusterId().get().length(), "length of the cluster's id");
    Check.same(1, cluster.controller().get().id(), "controller");
    Check.that(cluster.authorizedOperations().get() != null, "authorized operations");
    Check.same((short) 2, admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("transaction.version").maxVersionLevel(), "transaction.version");
    Check.same(1, admin.describeMetadataQuorum().quorumInfo().get().leaderId(), "leader of the quorum");
    admin.listConfigResources().all().get();
  }

  private static void logDirs(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 2);
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      producer.send(new ProducerRecord<>(name, 1, "k", "v")).get();
    }
    Map<String, LogDirDescription> dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
    Check.same(1, dirs.size(), "directories");
    Map<TopicPartition, ReplicaInfo> replicas = dirs.values().iterator().next().replicaInfos();
    Check.that(replicas.get(new TopicPartition(name, 1)).size() > 60, "bytes of a partition with a record");
    Check.same(0L, replicas.get(new TopicPartition(name, 0)).size(), "bytes of a partition without");
  }

  private static void quotas(Check check, Admin admin) throws Exception {
    ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, check.name("c")));
    admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1e9))))).all().get();
    Check.eventually("it is described", () -> {
      try {
        return Map.of("producer_byte_rate", 1e9).equals(admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().get(entity));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
    Map<String, Double> none = new HashMap<>();
    none.put("producer_byte_rate", null);
    admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", null))))).all().get();
  }

  private static void users(Check check, Admin admin) throws Exception {
    String user = check.name("u");
    admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get();
    Check.eventually("it is described", () -> {
      try {
        return admin.describeUserScramCredentials(List.of(user)).description(user).get().credentialInfos().get(0).iterations() == 4096;
      } catch (Exception e) {
        return false;
      }
    });
    admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256))).all().get();
    Check.fails(ResourceNotFoundException.class, () -> admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256))).all().get());
  }

  private static void replicas(Check check, Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition(Records.topic(check, 1), 0);
    Check.fails(ElectionNotNeededException.class, () -> admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get().get(partition).ifPresent(AdminCalls::raise));
    Check.same(Map.of(), admin.listPartitionReassignments().reassignments().get(), "reassignments");
    Check.fails(InvalidReplicaAssignmentException.class,
        () -> admin.alterPartitionReassignments(Map.of(partition, java.util.Optional.of(new NewPartitionReassignment(List.of(1, 2))))).all().get());
    Check.fails(NoReassignmentInProgressException.class, () -> admin.alterPartitionReassignments(Map.of(partition, java.util.Optional.empty())).all().get());
  }

  private static void raise(Throwable thrown) {
    throw new IllegalStateException(thrown);
  }

  private static void acls(Check check, Admin admin) {
    Check.fails(SecurityDisabledException.class, () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
  }
}
