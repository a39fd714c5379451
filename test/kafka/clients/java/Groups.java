import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;

/** Consumer groups in both protocols, classic and KIP-848's. Members are polled in turns by one thread. */
final class Groups {
  private static final String ASSIGNORS = "org.apache.kafka.clients.consumer.";

  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    Map<String, Object[]> protocols = new LinkedHashMap<>();
    for (String assignor : List.of("Range", "RoundRobin", "Sticky", "CooperativeSticky")) {
      protocols.put("classic, " + assignor, new Object[] {"group.protocol", "classic", "partition.assignment.strategy", ASSIGNORS + assignor + "Assignor"});
    }
    for (String assignor : List.of("uniform", "range")) {
      protocols.put("consumer, " + assignor, new Object[] {"group.protocol", "consumer", "group.remote.assignor", assignor});
    }
    protocols.forEach((name, properties) -> features.put("rebalances: " + name, check -> rebalances(check, properties)));
    for (String protocol : List.of("classic", "consumer")) {
      features.put("offsets with metadata: " + protocol, check -> offsets(check, protocol));
      features.put("static members: " + protocol, check -> staticMembers(check, protocol));
      features.put("subscription by pattern: " + protocol, check -> pattern(check, protocol));
    }
    features.put("subscription by pattern at the broker", Groups::brokerPattern);
    features.put("from classic to consumer and back", Groups::migration);
    return features;
  }

  private static KafkaConsumer<String, String> member(Check check, String group, Object... properties) {
    Map<String, Object> all = new HashMap<>(Map.of("group.id", group, "heartbeat.interval.ms", 500, "session.timeout.ms", 10_000));
    for (int i = 0; i < properties.length; i += 2) all.put((String) properties[i], properties[i + 1]);
    if ("consumer".equals(all.get("group.protocol"))) {
      all.remove("heartbeat.interval.ms");
      all.remove("session.timeout.ms");
    }
    List<Object> pairs = new ArrayList<>();
    all.forEach((key, value) -> pairs.addAll(List.of(key, value)));
    return Records.consumer(check, pairs.toArray());
  }

  /** Polls all members until the condition holds; what they read is added to `seen`. */
  private static void pollUntil(String what, List<KafkaConsumer<String, String>> members, List<String> seen, java.util.function.BooleanSupplier holds) {
    long end = System.nanoTime() + 2 * Check.PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      Check.that(System.nanoTime() < end, "never: " + what + ", " + members.stream().map(KafkaConsumer::assignment).toList());
      for (KafkaConsumer<String, String> member : members) member.poll(Duration.ofMillis(20)).forEach(r -> seen.add(r.value()));
    }
  }

  private static boolean shared(List<KafkaConsumer<String, String>> members, int partitions) {
    Set<TopicPartition> all = new HashSet<>();
    int sum = 0;
    for (KafkaConsumer<String, String> member : members) {
      int size = member.assignment().size();
      if (size < partitions / members.size() || size > (partitions + members.size() - 1) / members.size()) return false;
      all.addAll(member.assignment());
      sum += size;
    }
    return sum == partitions && all.size() == partitions;
  }

  private static void send(Check check, String topic, int partitions, int from, int to) throws Exception {
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      for (int i = from; i < to; i++) producer.send(new ProducerRecord<>(topic, i % partitions, "k", "v" + i));
      producer.flush();
    }
  }

  private static Set<String> numbered(int to) {
    Set<String> all = new TreeSet<>();
    for (int i = 0; i < to; i++) all.add("v" + i);
    return all;
  }

  /** A second and a third member come, one goes; nothing is lost, and since they commit when they give up, nothing comes twice. */
  private static void rebalances(Check check, Object[] properties) throws Exception {
    int partitions = 6;
    String topic = Records.topic(check, partitions);
    String group = check.name("g");
    List<String> seen = new ArrayList<>();
    List<KafkaConsumer<String, String>> members = new ArrayList<>();
    try {
      for (int i = 1; i <= 3; i++) {
        KafkaConsumer<String, String> member = member(check, group, properties);
        members.add(member);
        member.subscribe(List.of(topic), new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            member.commitSync();
          }

          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> assigned) {}
        });
        pollUntil("partitions shared by " + i, members, seen, () -> shared(members, partitions));
        send(check, topic, partitions, (i - 1) * 60, i * 60);
        int so = i * 60;
        pollUntil("all records", members, seen, () -> seen.size() >= so);
      }
      members.remove(0).close();
      pollUntil("partitions shared by the two who stayed", members, seen, () -> shared(members, partitions));
      send(check, topic, partitions, 180, 240);
      pollUntil("all records", members, seen, () -> seen.size() >= 240);
      try (Admin admin = Admin.create(check.client())) {
        Collection<MemberDescription> described = admin.describeConsumerGroups(List.of(group)).all().get().get(group).members();
        Check.same(2, described.size(), "members");
        Check.same(partitions, described.stream().mapToInt(m -> m.assignment().topicPartitions().size()).sum(), "partitions assigned");
      }
    } finally {
      members.forEach(KafkaConsumer::close);
    }
    Check.same(240, seen.size(), "records, each once");
    Check.same(numbered(240), new TreeSet<>(seen), "values");
  }

  private static void offsets(Check check, String protocol) throws Exception {
    String topic = Records.topic(check, 1);
    String group = check.name("g");
    TopicPartition partition = new TopicPartition(topic, 0);
    send(check, topic, 1, 0, 10);
    try (KafkaConsumer<String, String> consumer = member(check, group, "group.protocol", protocol, "enable.auto.commit", false)) {
      consumer.subscribe(List.of(topic));
      Records.poll(consumer, 10);
      Check.same(null, consumer.committed(Set.of(partition)).get(partition), "committed at first");
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(4, "four")));
      Check.same("four", consumer.committed(Set.of(partition)).get(partition).metadata(), "metadata");
      List<Object> called = new ArrayList<>();
      consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(6)), (offsets, exception) -> called.add(exception == null ? "committed" : exception));
      Check.eventually("an answer", () -> {
        consumer.poll(Duration.ofMillis(20));
        return !called.isEmpty();
      });
      Check.same(List.of("committed"), called, "answers");
    }
    try (KafkaConsumer<String, String> consumer = member(check, group, "group.protocol", protocol)) {
      consumer.subscribe(List.of(topic));
      Check.same(List.of("v6", "v7", "v8", "v9"), Records.values(Records.poll(consumer, 4)), "values from the committed offset on");
    }
  }

  /** A static member that comes back has its partitions again, and the others do not notice; two of one name cannot be. */
  private static void staticMembers(Check check, String protocol) throws Exception {
    String topic = Records.topic(check, 4);
    String group = check.name("g");
    List<String> seen = new ArrayList<>();
    KafkaConsumer<String, String> a = member(check, group, "group.protocol", protocol, "group.instance.id", "a");
    KafkaConsumer<String, String> b = member(check, group, "group.protocol", protocol, "group.instance.id", "b");
    KafkaConsumer<String, String> again = null;
    try {
      int[] rebalances = {0};
      a.subscribe(List.of(topic));
      b.subscribe(List.of(topic), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
          if (!revoked.isEmpty()) rebalances[0]++;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
          if (!assigned.isEmpty()) rebalances[0]++;
        }
      });
      pollUntil("partitions shared", List.of(a, b), seen, () -> shared(List.of(a, b), 4));
      Set<TopicPartition> before = a.assignment();
      int count = rebalances[0];
      a.close(Duration.ofSeconds(5));
      again = member(check, group, "group.protocol", protocol, "group.instance.id", "a");
      again.subscribe(List.of(topic));
      KafkaConsumer<String, String> back = again;
      pollUntil("a is back", List.of(back, b), seen, () -> back.assignment().size() == 2);
      Check.same(before, back.assignment(), "its partitions");
      Check.same(count, rebalances[0], "rebalances that b noticed");
      try (KafkaConsumer<String, String> other = member(check, group, "group.protocol", protocol, "group.instance.id", "a")) {
        other.subscribe(List.of(topic));
        // The classic protocol fences the older of two, KIP-848 refuses the newer.
        if (protocol.equals("consumer")) Check.fails(UnreleasedInstanceIdException.class, () -> pollUntil("never", List.of(other, b), seen, () -> false));
        else Check.fails(FencedInstanceIdException.class, () -> pollUntil("never", List.of(other, back, b), seen, () -> false));
      }
    } finally {
      b.close();
      if (again != null) again.close();
    }
  }

  private static void pattern(Check check, String protocol) throws Exception {
    String prefix = check.name("p");
    try (KafkaConsumer<String, String> consumer = member(check, check.name("g"), "group.protocol", protocol, "metadata.max.age.ms", 500)) {
      consumer.subscribe(Pattern.compile(prefix + "\\.\\d+"));
      later(check, prefix, consumer);
    }
  }

  private static void brokerPattern(Check check) throws Exception {
    String prefix = check.name("p");
    try (KafkaConsumer<String, String> consumer = member(check, check.name("g"), "group.protocol", "consumer", "metadata.max.age.ms", 500)) {
      consumer.subscribe(new SubscriptionPattern(prefix + "\\.[0-9]+"));
      later(check, prefix, consumer);
    }
    try (KafkaConsumer<String, String> consumer = member(check, check.name("g"), "group.protocol", "consumer")) {
      consumer.subscribe(new SubscriptionPattern("(["));
      Check.fails(InvalidRegularExpression.class, () -> pollUntil("never", List.of(consumer), new ArrayList<>(), () -> false));
    }
  }

  /** Topics that come while the consumer is subscribed. A real Kafka evaluates patterns at the broker every ten minutes, so the first is there before. */
  private static void later(Check check, String prefix, KafkaConsumer<String, String> consumer) throws Exception {
    try (Admin admin = Admin.create(check.client())) {
      for (String name : List.of(".1", ".x", ".22")) {
        admin.createTopics(List.of(new org.apache.kafka.clients.admin.NewTopic(prefix + name, 2, (short) 1))).all().get();
      }
    }
    pollUntil("both topics", List.of(consumer), new ArrayList<>(), () -> consumer.assignment().size() == 4);
    Set<String> topics = new TreeSet<>();
    consumer.assignment().forEach(partition -> topics.add(partition.topic()));
    Check.same(Set.of(prefix + ".1", prefix + ".22"), topics, "topics");
  }

  private static void migration(Check check) throws Exception {
    String topic = Records.topic(check, 1);
    String group = check.name("g");
    int from = 0;
    for (String protocol : List.of("classic", "consumer", "classic")) {
      send(check, topic, 1, from, from + 5);
      try (KafkaConsumer<String, String> consumer = member(check, group, "group.protocol", protocol)) {
        consumer.subscribe(List.of(topic));
        List<ConsumerRecord<String, String>> records = Records.poll(consumer, 5);
        Check.same((long) from, records.get(0).offset(), "the first offset of " + protocol);
      }
      from += 5;
    }
  }
}
