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
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What an administrator asks for. */
final class AdminCalls {
  interface Body {
    void run(Check check, Admin admin) throws Exception;
  }

  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    Map<String, Body> calls = new LinkedHashMap<>();
    calls.put("create topics", AdminCalls::createTopics);
    calls.put("list and describe topics", AdminCalls::listTopics);
    calls.put("delete topics", AdminCalls::deleteTopics);
    calls.put("partitions", AdminCalls::partitions);
    calls.put("records deleted", AdminCalls::deleteRecords);
    calls.put("describe configs", AdminCalls::describeConfigs);
    calls.put("alter configs", AdminCalls::alterConfigs);
    calls.put("offsets", AdminCalls::offsets);
    calls.put("groups", AdminCalls::groups);
    calls.put("groups deleted", AdminCalls::deleteGroups);
    calls.put("offsets of groups", AdminCalls::alterOffsets);
    calls.put("cluster and features", AdminCalls::cluster);
    calls.put("log dirs", AdminCalls::logDirs);
    calls.put("quotas", AdminCalls::quotas);
    calls.put("users", AdminCalls::users);
    calls.put("replicas", AdminCalls::replicas);
    calls.put("ACLs", AdminCalls::acls);
    calls.forEach((name, call) -> features.put("admin: " + name, check -> {
      try (Admin admin = Admin.create(check.client())) {
        call.run(check, admin);
      }
    }));
    return features;
  }

  private static NewTopic newTopic(Check check, int partitions, int replicas, Map<String, String> configs) {
    return new NewTopic(check.name("a"), partitions, (short) replicas).configs(configs);
  }

  private static void createTopics(Check check, Admin admin) throws Exception {
    NewTopic topic = newTopic(check, 3, 1, Map.of("retention.ms", "5000"));
    CreateTopicsResult created = admin.createTopics(List.of(topic));
    Check.same(3, created.numPartitions(topic.name()).get(), "partitions");
    Check.same("5000", created.config(topic.name()).get().get("retention.ms").value(), "config");
    Map<NewTopic, Class<? extends Throwable>> refused = new LinkedHashMap<>();
    refused.put(topic, TopicExistsException.class);
    refused.put(newTopic(check, 1, 3, Map.of()), InvalidReplicationFactorException.class);
    refused.put(newTopic(check, 0, 1, Map.of()), InvalidPartitionsException.class);
    refused.put(new NewTopic("no/name", 1, (short) 1), InvalidTopicException.class);
    refused.put(newTopic(check, 1, 1, Map.of("no", "1")), InvalidConfigurationException.class);
    refused.put(newTopic(check, 1, 1, Map.of("retention.ms", "x")), InvalidConfigurationException.class);
    refused.forEach((one, with) -> Check.fails(with, () -> admin.createTopics(List.of(one)).all().get()));
    String assigned = check.name("a");
    admin.createTopics(List.of(new NewTopic(assigned, Map.of(0, List.of(1), 1, List.of(1))))).all().get();
    NewTopic unmade = newTopic(check, 1, 1, Map.of());
    admin.createTopics(List.of(unmade), new CreateTopicsOptions().validateOnly(true)).all().get();
    Check.eventually("it is listed", () -> names(admin).containsAll(Set.of(topic.name(), assigned)));
    Check.that(!names(admin).contains(unmade.name()), "what was only validated is listed");
  }

  private static void listTopics(Check check, Admin admin) throws Exception {
    String name = Records.topic(check, 2);
    Check.eventually("it is listed", () -> names(admin).contains(name));
    TopicDescription described = admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
    Check.same(2, described.partitions().size(), "partitions");
    for (TopicPartitionInfo partition : described.partitions()) {
      Check.same(List.of(partition.leader()), partition.replicas(), "replicas");
      Check.same(partition.replicas(), partition.isr(), "replicas in sync");
    }
    Check.same(name, admin.describeTopics(TopicCollection.ofTopicIds(List.of(described.topicId()))).allTopicIds().get().get(described.topicId()).name(), "name by id");
    Check.fails(UnknownTopicOrPartitionException.class, () -> admin.describeTopics(List.of(check.name("nowhere"))).allTopicNames().get());
    Check.fails(UnknownTopicIdException.class, () -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds().get());
  }

  private static void deleteTopics(Check check, Admin admin) throws Exception {
    NewTopic byId = newTopic(check, 1, 1, Map.of()), byName = newTopic(check, 1, 1, Map.of());
    Uuid id = admin.createTopics(List.of(byId, byName)).topicId(byId.name()).get();
    Check.eventually("they are listed", () -> names(admin).containsAll(Set.of(byId.name(), byName.name())));
    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
    admin.deleteTopics(List.of(byName.name())).all().get();
    Check.fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(byName.name())).all().get());
    Check.fails(UnknownTopicIdException.class, () -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get());
    Check.eventually("they are gone", () -> !names(admin).contains(byId.name()) && !names(admin).contains(byName.name()));
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

  private static void describeConfigs(Check check, Admin admin) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Records.topic(check, 1, Map.of("cleanup.policy", "compact")));
    Config config = admin.describeConfigs(List.of(topic), new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true)).all().get().get(topic);
    Check.that(config.entries().size() > 20, config.entries().size() + " properties of a topic");
    Check.same("compact", config.get("cleanup.policy").value(), "value");
    Check.same(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, config.get("cleanup.policy").source(), "source");
    Check.same(ConfigEntry.ConfigSource.DEFAULT_CONFIG, config.get("retention.ms").source(), "source of a default");
    Check.same(ConfigEntry.ConfigType.LONG, config.get("retention.ms").type(), "type");
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    config = admin.describeConfigs(List.of(broker)).all().get().get(broker);
    Check.that(config.get("log.dirs").isReadOnly() && config.get("num.partitions") != null, "properties of the broker are missing");
  }

  private static void alterConfigs(Check check, Admin admin) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Records.topic(check, 1, Map.of("cleanup.policy", "compact")));
    alter(admin, topic, "retention.ms", "1234", AlterConfigOp.OpType.SET);
    alter(admin, topic, "cleanup.policy", "delete", AlterConfigOp.OpType.APPEND);
    Check.eventually("it is altered", () -> value(admin, topic, "retention.ms").equals("1234") && Set.of(value(admin, topic, "cleanup.policy").split(",")).equals(Set.of("compact", "delete")));
    alter(admin, topic, "retention.ms", "", AlterConfigOp.OpType.DELETE);
    Check.eventually("it is the default again", () -> value(admin, topic, "retention.ms").equals("604800000"));
    Check.fails(InvalidConfigurationException.class, () -> alter(admin, topic, "nope", "1", AlterConfigOp.OpType.SET));
    Check.fails(InvalidConfigurationException.class, () -> alter(admin, topic, "retention.ms", "a while", AlterConfigOp.OpType.SET));
  }

  private static void alter(Admin admin, ConfigResource resource, String key, String value, AlterConfigOp.OpType op) throws Exception {
    admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(key, value), op)))).all().get();
  }

  private static String value(Admin admin, ConfigResource resource, String key) {
    try {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(key).value();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
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

  private static KafkaConsumer<String, String> member(Check check, String group, String topic, int partitions) throws Exception {
    KafkaConsumer<String, String> consumer = Records.consumer(check, "group.id", group, "enable.auto.commit", false, "client.id", "me");
    consumer.subscribe(List.of(topic));
    Check.eventually("assigned", () -> {
      consumer.poll(java.time.Duration.ofMillis(50));
      return consumer.assignment().size() == partitions;
    });
    return consumer;
  }

  private static ConsumerGroupDescription describe(Admin admin, String group) throws Exception {
    return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
  }

  private static boolean listed(Admin admin, ListGroupsOptions options, String group) throws Exception {
    return admin.listGroups(options).all().get().stream().anyMatch(one -> one.groupId().equals(group));
  }

  private static void groups(Check check, Admin admin) throws Exception {
    String group = check.name("g");
    KafkaConsumer<String, String> consumer = member(check, group, Records.topic(check, 2), 2);
    ConsumerGroupDescription described = describe(admin, group);
    Check.same(GroupState.STABLE, described.groupState(), "state");
    MemberDescription member = described.members().iterator().next();
    Check.same(List.of("me", "/127.0.0.1", 2), List.of(member.clientId(), member.host(), member.assignment().topicPartitions().size()), "the member");
    Check.that(listed(admin, new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC)), group), "it is not listed");
    Check.that(!listed(admin, ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(GroupState.EMPTY)), group), "it is listed as empty");
    Check.same(group, admin.describeClassicGroups(List.of(group)).all().get().get(group).groupId(), "classic group");
    admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
    Check.same(GroupState.EMPTY, describe(admin, group).groupState(), "state without members");
    consumer.close();
  }

  private static void deleteGroups(Check check, Admin admin) throws Exception {
    String group = check.name("g");
    KafkaConsumer<String, String> consumer = member(check, group, Records.topic(check, 1), 1);
    Check.fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    consumer.close();
    admin.deleteConsumerGroups(List.of(group)).all().get();
    Check.fails(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    Check.fails(GroupIdNotFoundException.class, () -> describe(admin, group));
    Check.same(Map.of(), admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(), "offsets of no group");
  }

  private static void alterOffsets(Check check, Admin admin) throws Exception {
    String topic = Records.topic(check, 1), group = check.name("g");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, "v" + i));
    }
    admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(7, "seven"))).all().get();
    Check.same("seven", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).metadata(), "metadata");
    try (KafkaConsumer<String, String> consumer = member(check, group, topic, 1)) {
      Check.fails(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1))).all().get());
      Check.fails(GroupSubscribedToTopicException.class, () -> admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get());
    }
    try (KafkaConsumer<String, String> consumer = Records.consumer(check, "group.id", group)) {
      consumer.subscribe(List.of(topic));
      Check.same(List.of("v7", "v8", "v9"), Records.values(Records.poll(consumer, 3)), "values");
    }
    admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
  }

  private static void cluster(Check check, Admin admin) throws Exception {
    DescribeClusterResult cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
    Check.same(1, cluster.nodes().get().size(), "nodes");
    Check.same(check.bootstrap, cluster.controller().get().host() + ":" + cluster.controller().get().port(), "address");
    Check.that(cluster.clusterId().get().length() >= 16, "cluster id " + cluster.clusterId().get());
    Check.same(1, cluster.controller().get().id(), "controller");
    Check.that(cluster.authorizedOperations().get() != null, "authorized operations");
    Check.same((short) 2, admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("transaction.version").maxVersionLevel(), "transaction.version");
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

  private static void acls(Check check, Admin admin) throws Exception {
    ResourcePattern topic = new ResourcePattern(ResourceType.TOPIC, check.name("acl"), PatternType.PREFIXED);
    AclBinding binding = new AclBinding(topic, new AccessControlEntry("User:bob", "*", AclOperation.READ, AclPermissionType.ALLOW));
    AclBindingFilter filter = new AclBindingFilter(topic.toFilter(), AccessControlEntryFilter.ANY);
    admin.createAcls(List.of(binding)).all().get();
    Check.eventually("it is there", () -> acls(admin, filter).equals(Set.of(binding)));
    Check.same(Set.of(binding), Set.copyOf(admin.deleteAcls(List.of(filter)).all().get()), "deleted");
    Check.eventually("it is gone", () -> acls(admin, filter).isEmpty());
  }

  private static Set<AclBinding> acls(Admin admin, AclBindingFilter filter) {
    try {
      return Set.copyOf(admin.describeAcls(filter).values().get());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
