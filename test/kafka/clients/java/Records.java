import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producing and fetching without groups. */
final class Records {
  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new java.util.LinkedHashMap<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) features.put("codec " + codec, check -> codec(check, codec));
    features.put("keys, null values and headers", Records::headers);
    for (String acks : List.of("0", "1", "all")) features.put("acks=" + acks, check -> acks(check, acks));
    features.put("idempotent producer", Records::idempotent);
    features.put("one record of 900 KB, one too large", Records::large);
    features.put("timestamps", Records::timestamps);
    features.put("seek and offsets by time", Records::seek);
    features.put("auto-created topic", Records::autoCreated);
    features.put("fetch sessions of 50 partitions", Records::sessions);
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

  private static void headers(Check check) throws Exception {
    String topic = topic(check, 1);
    try (KafkaProducer<String, String> producer = producer(check)) {
      ProducerRecord<String, String> record = new ProducerRecord<>(topic, null, "v");
      record.headers().add("a", "1".getBytes(StandardCharsets.UTF_8)).add("a", "2".getBytes(StandardCharsets.UTF_8)).add(new RecordHeader("empty", (byte[]) null));
      producer.send(record).get();
      producer.send(new ProducerRecord<>(topic, "k", null)).get();
      producer.send(new ProducerRecord<>(topic, "", "")).get();
    }
    List<ConsumerRecord<String, String>> records = read(check, topic, 3);
    Check.same("[null=v, k=null, =]", records.stream().map(r -> r.key() + "=" + r.value()).toList().toString(), "keys and values");
    List<String> headers = new ArrayList<>();
    records.get(0).headers().forEach(h -> headers.add(h.key() + "=" + (h.value() == null ? null : new String(h.value(), StandardCharsets.UTF_8))));
    Check.same(List.of("a=1", "a=2", "empty=null"), headers, "headers");
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
    String topic = topic(check, 1);
    String large = "x".repeat(900_000);
    try (KafkaProducer<String, String> producer = producer(check, "max.request.size", 10_000_000)) {
      producer.send(new ProducerRecord<>(topic, large)).get();
      Check.fails(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(topic, "x".repeat(1_100_000))).get());
      producer.send(new ProducerRecord<>(topic, "small")).get();
    }
    Check.same(List.of(large, "small"), values(read(check, topic, 2, "max.partition.fetch.bytes", 1_000, "fetch.max.bytes", 1_000)), "values");
  }

  private static void timestamps(Check check) throws Exception {
    String created = topic(check, 1);
    String appended = topic(check, 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long now = System.currentTimeMillis();
    try (KafkaProducer<String, String> producer = producer(check)) {
      Check.same(1_000L, producer.send(new ProducerRecord<>(created, null, 1_000L, "k", "v")).get().timestamp(), "create time");
      Check.that(producer.send(new ProducerRecord<>(appended, null, 1_000L, "k", "v")).get().timestamp() >= now, "append time of the answer");
      Check.fails(InvalidTimestampException.class, () -> producer.send(new ProducerRecord<>(created, null, now + 86_400_000L, "k", "v")).get());
    }
    Check.same("CreateTime", read(check, created, 1).get(0).timestampType().toString(), "type");
    ConsumerRecord<String, String> record = read(check, appended, 1).get(0);
    Check.same("LogAppendTime", record.timestampType().toString(), "type");
    Check.that(record.timestamp() >= now, "append time");
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
    try (KafkaConsumer<String, String> consumer = consumer(check, "auto.offset.reset", "by_duration:PT0H15M50S", "group.id", check.name("g"))) {
      consumer.subscribe(List.of(topic));
      Check.that(poll(consumer, 1).get(0).offset() >= 49, "reset by duration");
    }
  }

  private static void autoCreated(Check check) throws Exception {
    String topic = check.name("auto");
    try (KafkaProducer<String, String> producer = producer(check)) {
      Check.same(0L, producer.send(new ProducerRecord<>(topic, "v")).get().offset(), "offset");
    }
    Check.same(List.of("v"), values(read(check, topic, 1)), "values");
  }

  private static void sessions(Check check) throws Exception {
    String topic = topic(check, 50);
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < 50; i++) partitions.add(new TopicPartition(topic, i));
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
