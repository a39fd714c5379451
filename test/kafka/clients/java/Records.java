import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producing and fetching without groups. */
final class Records {
  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) features.put("codec " + codec, check -> codec(check, codec));
    features.put("keys", Records::keys);
    features.put("null keys and values", check -> keysAndValues(check, new String[][] {{null, null}, {"k", null}, {null, "v"}}));
    features.put("empty keys and values", check -> keysAndValues(check, new String[][] {{"", ""}, {null, ""}, {"", null}}));
    features.put("headers", check -> headers(check, List.of(header("a", "1"), header("b", "2"), header("a", "3"), new RecordHeader("none", (byte[]) null))));
    features.put("headers of bytes", check -> headers(check, List.of(new RecordHeader("b", new byte[] {0, -1, -128}), header("empty", ""))));
    for (String acks : List.of("0", "1", "all")) features.put("acks=" + acks, check -> acks(check, acks));
    features.put("idempotent producer", Records::idempotent);
    features.put("large records", Records::large);
    features.put("timestamps", Records::timestamps);
    features.put("timestamps of the broker", Records::brokerTimestamps);
    features.put("seek and offsets by time", Records::seek);
    features.put("offset reset", Records::reset);
    features.put("auto-created topic", Records::autoCreated);
    features.put("many partitions", Records::manyPartitions);
    features.put("fetch sessions", Records::sessions);
    return features;
  }

  static KafkaProducer<String, String> producer(Check check, Object... properties) {
    return new KafkaProducer<>(check.client(properties), new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<String, String> consumer(Check check, Object... properties) {
    Map<String, Object> config = check.client(properties);
    config.putIfAbsent("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  static String topic(Check check, int partitions, Map<String, String> configs) throws Exception {
    String name = check.name("java");
    try (Admin admin = Admin.create(check.client())) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get();
    }
    return name;
  }

  static String topic(Check check, int partitions) throws Exception {
    return topic(check, partitions, Map.of());
  }

  /** At least so many records. */
  static List<ConsumerRecord<String, String>> poll(Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long end = System.nanoTime() + Check.PATIENCE.toNanos();
    while (records.size() < count && System.nanoTime() < end) consumer.poll(Duration.ofMillis(100)).forEach(records::add);
    Check.that(count <= records.size(), count + " records, not " + records.size());
    return records;
  }

  static List<String> values(Collection<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  /** All of one partition, from its beginning. */
  static List<ConsumerRecord<String, String>> read(Check check, String topic, int count, Object... properties) {
    try (KafkaConsumer<String, String> consumer = consumer(check, properties)) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<ConsumerRecord<String, String>> records = poll(consumer, count);
      Check.same(count, records.size(), "records");
      Check.same(0, consumer.poll(Duration.ofMillis(50)).count(), "records after the last");
      return records;
    }
  }

  private static void codec(Check check, String codec) throws Exception {
    String topic = topic(check, 1);
    List<String> expected = new ArrayList<>();
    try (KafkaProducer<String, String> producer = producer(check, "compression.type", codec, "linger.ms", 20, "batch.size", 100_000)) {
      for (int i = 0; i < 3_000; i++) {
        expected.add("value " + i + " of many that look alike");
        producer.send(new ProducerRecord<>(topic, "key " + i % 7, expected.get(i)));
      }
      producer.flush();
    }
    Check.same(expected, values(read(check, topic, 3_000)), "values");
    Check.same(expected, values(read(check, topic, 3_000, "check.crcs", true, "max.partition.fetch.bytes", 2_000)), "values in small fetches");
  }

  private static void keys(Check check) throws Exception {
    String topic = topic(check, 4);
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (int i = 0; i < 200; i++) producer.send(new ProducerRecord<>(topic, "key " + i % 20, "" + i));
    }
    Map<String, ConsumerRecord<String, String>> last = new HashMap<>();
    try (KafkaConsumer<String, String> consumer = consumer(check)) {
      consumer.assign(partitions(topic, 4));
      for (ConsumerRecord<String, String> record : poll(consumer, 200)) {
        ConsumerRecord<String, String> before = last.put(record.key(), record);
        if (before == null) continue;
        Check.same(before.partition(), record.partition(), "partition of " + record.key());
        Check.same(Integer.parseInt(before.value()) + 20 + "", record.value(), "value of " + record.key());
      }
    }
    Check.same(20, last.size(), "keys");
    Check.that(last.values().stream().map(ConsumerRecord::partition).distinct().count() > 1, "all keys are in one partition");
  }

  private static void keysAndValues(Check check, String[][] sent) throws Exception {
    String topic = topic(check, 1);
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (String[] record : sent) producer.send(new ProducerRecord<>(topic, record[0], record[1]));
    }
    List<ConsumerRecord<String, String>> records = read(check, topic, sent.length);
    for (int i = 0; i < sent.length; i++) Check.same(sent[i], new String[] {records.get(i).key(), records.get(i).value()}, "record " + i);
  }

  private static Header header(String key, String value) {
    return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
  }

  private static void headers(Check check, List<Header> sent) throws Exception {
    String topic = topic(check, 1);
    try (KafkaProducer<String, String> producer = producer(check)) {
      producer.send(new ProducerRecord<>(topic, null, null, "k", "v", sent)).get();
    }
    Check.same(sent, List.of(read(check, topic, 1).get(0).headers().toArray()), "headers");
  }

  static List<TopicPartition> partitions(String topic, int count) {
    return IntStream.range(0, count).mapToObj(i -> new TopicPartition(topic, i)).toList();
  }

  private static void acks(Check check, String acks) throws Exception {
    String topic = topic(check, 1);
    List<String> expected = new ArrayList<>();
    try (KafkaProducer<String, String> producer = producer(check, "acks", acks, "enable.idempotence", acks.equals("all"))) {
      for (int i = 0; i < 100; i++) {
        expected.add("v" + i);
        long offset = producer.send(new ProducerRecord<>(topic, expected.get(i))).get().offset();
        Check.same(acks.equals("0") ? -1L : i, offset, "offset");
      }
    }
    Check.same(expected, values(read(check, topic, 100)), "values");
  }

  private static void idempotent(Check check) throws Exception {
    String topic = topic(check, 1);
    List<String> expected = new ArrayList<>();
    try (KafkaProducer<String, String> producer = producer(check, "linger.ms", 0, "batch.size", 200, "max.in.flight.requests.per.connection", 5)) {
      for (int i = 0; i < 5_000; i++) {
        expected.add("v" + i);
        producer.send(new ProducerRecord<>(topic, expected.get(i)));
      }
      producer.flush();
    }
    Check.same(expected, values(read(check, topic, 5_000)), "values");
  }

  private static void large(Check check) throws Exception {
    String large = topic(check, 1, Map.of("max.message.bytes", "10000000"));
    String small = topic(check, 1);
    String value = "abcdefghij".repeat(500_000);
    try (KafkaProducer<String, String> producer = producer(check, "max.request.size", 10_000_000)) {
      producer.send(new ProducerRecord<>(large, value)).get();
      Check.fails(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(small, value)).get());
      producer.send(new ProducerRecord<>(large, "small")).get();
    }
    List<String> values = values(read(check, large, 2, "max.partition.fetch.bytes", 1_000, "fetch.max.bytes", 1_000));
    Check.that(values.equals(List.of(value, "small")), "other values came back");
  }

  private static void timestamps(Check check) throws Exception {
    String topic = topic(check, 1);
    List<Long> sent = List.of(1_700_000_000_000L, 1_699_999_990_000L, 1_700_000_000_001L);
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (long time : sent) Check.same(time, producer.send(new ProducerRecord<>(topic, null, time, "k", "v")).get().timestamp(), "answered");
      long tomorrow = System.currentTimeMillis() + 86_400_000L;
      Check.fails(InvalidTimestampException.class, () -> producer.send(new ProducerRecord<>(topic, null, tomorrow, "k", "v")).get());
    }
    List<ConsumerRecord<String, String>> records = read(check, topic, 3);
    Check.same(sent, records.stream().map(ConsumerRecord::timestamp).toList(), "timestamps");
    Check.same("CreateTime", records.get(0).timestampType().toString(), "type");
  }

  private static void brokerTimestamps(Check check) throws Exception {
    String topic = topic(check, 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    try (KafkaProducer<String, String> producer = producer(check)) {
      Check.that(producer.send(new ProducerRecord<>(topic, null, 1_000L, "k", "v")).get().timestamp() >= before, "the answered time");
    }
    ConsumerRecord<String, String> record = read(check, topic, 1).get(0);
    Check.same("LogAppendTime", record.timestampType().toString(), "type");
    Check.that(record.timestamp() >= before && record.timestamp() <= System.currentTimeMillis(), "not when it was appended: " + record.timestamp());
  }

  private static void seek(Check check) throws Exception {
    String topic = topic(check, 1);
    long base = System.currentTimeMillis() - 1_000_000;
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (int i = 0; i < 100; i++) producer.send(new ProducerRecord<>(topic, 0, base + i * 1_000L, "k", "v" + i)).get();
    }
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer = consumer(check, "max.poll.records", 1)) {
      consumer.assign(List.of(partition));
      Check.same(Map.of(partition, 0L), consumer.beginningOffsets(List.of(partition)), "beginning");
      Check.same(Map.of(partition, 100L), consumer.endOffsets(List.of(partition)), "end");
      Check.same(42L, consumer.offsetsForTimes(Map.of(partition, base + 41_500)).get(partition).offset(), "offset by time");
      Map<TopicPartition, Long> late = new HashMap<>(Map.of(partition, base + 1_000_000_000L));
      Check.same(null, consumer.offsetsForTimes(late).get(partition), "offset by a time after all");
      consumer.seek(partition, 70);
      Check.same("v70", poll(consumer, 1).get(0).value(), "value");
      consumer.seekToEnd(List.of(partition));
      Check.same(100L, consumer.position(partition), "position");
      consumer.seek(partition, 1_000);
      Check.same("v0", poll(consumer, 1).get(0).value(), "value after a reset");
    }
  }

  private static void reset(Check check) throws Exception {
    String topic = topic(check, 1);
    long base = System.currentTimeMillis() - 1_000_000;
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, 0, base + i * 100_000L, "k", "v" + i)).get();
      Map<String, Long> first = Map.of("earliest", 0L, "latest", 10L, "by_duration:PT7M", 6L);
      for (Map.Entry<String, Long> reset : first.entrySet()) {
        try (KafkaConsumer<String, String> consumer = consumer(check, "auto.offset.reset", reset.getKey(), "group.id", check.name("g"), "enable.auto.commit", false)) {
          consumer.subscribe(List.of(topic));
          long[] offset = {-1};
          Check.eventually("a record", () -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(20))) if (offset[0] < 0) offset[0] = record.offset();
            if (consumer.assignment().size() == 1 && offset[0] < 0 && consumer.position(new TopicPartition(topic, 0)) == 10) offset[0] = 10;
            return offset[0] >= 0;
          });
          Check.same(reset.getValue(), offset[0], "the first offset of " + reset.getKey());
        }
      }
    }
  }

  private static void autoCreated(Check check) throws Exception {
    String topic = check.name("auto");
    try (KafkaProducer<String, String> producer = producer(check)) {
      Check.same(0L, producer.send(new ProducerRecord<>(topic, "v")).get().offset(), "offset");
    }
    Check.same(List.of("v"), values(read(check, topic, 1)), "values");
  }

  private static void manyPartitions(Check check) throws Exception {
    String topic = topic(check, 200);
    try (KafkaProducer<String, String> producer = producer(check)) {
      for (int i = 0; i < 200; i++) producer.send(new ProducerRecord<>(topic, i, null, "" + i));
    }
    try (KafkaConsumer<String, String> consumer = consumer(check)) {
      consumer.assign(partitions(topic, 200));
      List<ConsumerRecord<String, String>> records = poll(consumer, 200);
      for (ConsumerRecord<String, String> record : records) Check.same("" + record.partition(), record.value(), "value");
      Check.same(200L, records.stream().map(ConsumerRecord::partition).distinct().count(), "partitions");
    }
  }

  private static void sessions(Check check) throws Exception {
    String topic = topic(check, 50);
    List<TopicPartition> partitions = partitions(topic, 50);
    try (KafkaProducer<String, String> producer = producer(check); KafkaConsumer<String, String> consumer = consumer(check, "fetch.max.wait.ms", 100)) {
      consumer.assign(partitions);
      for (int round = 0; round < 5; round++) {
        for (int i = round; i < 50; i += 7) producer.send(new ProducerRecord<>(topic, i, "k", round + ":" + i)).get();
        poll(consumer, (50 - round + 6) / 7);
        consumer.pause(partitions.subList(round, 20));
        consumer.poll(Duration.ofMillis(150));
        consumer.resume(consumer.paused());
      }
      consumer.assign(partitions.subList(10, 20));
      producer.send(new ProducerRecord<>(topic, 15, "k", "last")).get();
      Check.same("last", poll(consumer, 1).get(0).value(), "value");
      Check.that(consumer.currentLag(new TopicPartition(topic, 15)).getAsLong() == 0, "lag");
    }
  }
}
