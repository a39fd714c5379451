import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

/** Transactions of version 2 (KIP-890), which a producer of 4.x uses where the broker finalized it. */
final class Transactions {
  static Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    features.put("transactions in two partitions", Transactions::committed);
    features.put("aborted transactions", Transactions::aborted);
    features.put("consume, transform, produce: classic", check -> chain(check, "classic"));
    features.put("consume, transform, produce: consumer", check -> chain(check, "consumer"));
    features.put("a second producer fences the first", Transactions::fencing);
    features.put("a transaction that times out", Transactions::timeout);
    features.put("transactions, by an administrator", Transactions::administrator);
    return features;
  }

  private static KafkaProducer<String, String> producer(Check check, String id, Object... more) {
    Map<String, Object> config = check.client(more);
    config.put("transactional.id", id);
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new org.apache.kafka.common.serialization.StringSerializer(), new org.apache.kafka.common.serialization.StringSerializer());
    producer.initTransactions();
    return producer;
  }

  private static void committed(Check check) throws Exception {
    String topic = Records.topic(check, 2);
    try (KafkaProducer<String, String> producer = producer(check, check.name("t"));
        KafkaConsumer<String, String> reader = Records.consumer(check, "isolation.level", "read_committed")) {
      List<TopicPartition> partitions = Records.partitions(topic, 2);
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      producer.beginTransaction();
      for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, i % 2, "k", "v" + i));
      producer.flush();
      Check.same(Map.of(partitions.get(0), 0L, partitions.get(1), 0L), reader.endOffsets(partitions), "ends before the commit");
      Check.same(0, reader.poll(Duration.ofMillis(300)).count(), "records before the commit");
      producer.commitTransaction();
      Check.same(2L, Records.poll(reader, 10).stream().map(ConsumerRecord::partition).distinct().count(), "partitions");
    }
  }

  private static void aborted(Check check) throws Exception {
    String topic = Records.topic(check, 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaProducer<String, String> producer = producer(check, check.name("t"));
        KafkaConsumer<String, String> reader = Records.consumer(check, "isolation.level", "read_committed")) {
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      for (int i = 0; i < 10; i++) {
        producer.beginTransaction();
        for (int j = 0; j < 3; j++) producer.send(new ProducerRecord<>(topic, "k", i + "." + j));
        producer.flush();
        if (i % 2 == 0) producer.commitTransaction();
        else producer.abortTransaction();
      }
      Check.same(List.of("0.0", "0.1", "0.2", "2.0", "2.1", "2.2", "4.0", "4.1", "4.2", "6.0", "6.1", "6.2", "8.0", "8.1", "8.2"), Records.values(Records.poll(reader, 15)), "committed");
      Check.eventually("the position is past the last marker", () -> {
        reader.poll(Duration.ofMillis(20));
        return reader.position(partition) == 40;
      });
    }
    Check.same(30, Records.read(check, topic, 30).size(), "uncommitted");
  }

  /** Three topics in a row, offsets within the transactions, every third one aborted and done again: each record arrives once. */
  private static void chain(Check check, String protocol) throws Exception {
    String source = Records.topic(check, 2);
    String target = Records.topic(check, 1);
    String group = check.name("g");
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      for (int i = 0; i < 200; i++) producer.send(new ProducerRecord<>(source, i % 2, "k", "v" + i));
      producer.flush();
    }
    int done = 0, rounds = 0;
    try (KafkaProducer<String, String> producer = producer(check, check.name("t"));
        KafkaConsumer<String, String> consumer =
            Records.consumer(check, "group.id", group, "group.protocol", protocol, "enable.auto.commit", false, "max.poll.records", 20, "isolation.level", "read_committed")) {
      consumer.subscribe(List.of(source));
      while (done < 200) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
        if (records.isEmpty()) continue;
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) producer.send(new ProducerRecord<>(target, record.key(), record.value()));
        producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
        if (++rounds % 3 == 0) {
          producer.abortTransaction();
          for (TopicPartition partition : records.partitions()) consumer.seek(partition, records.records(partition).get(0).offset());
        } else {
          producer.commitTransaction();
          done += records.count();
        }
      }
    }
    List<String> values = Records.values(Records.read(check, target, 200, "isolation.level", "read_committed"));
    Check.same(200, Set.copyOf(values).size(), "different values");
    try (Admin admin = Admin.create(check.client())) {
      Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      Check.same(200L, offsets.values().stream().mapToLong(OffsetAndMetadata::offset).sum(), "offsets");
    }
  }

  private static void fencing(Check check) throws Exception {
    String topic = Records.topic(check, 1);
    String id = check.name("t");
    try (KafkaProducer<String, String> first = producer(check, id)) {
      first.beginTransaction();
      first.send(new ProducerRecord<>(topic, "first")).get();
      try (KafkaProducer<String, String> second = producer(check, id)) {
        Check.fails(ProducerFencedException.class, first::commitTransaction);
        second.beginTransaction();
        second.send(new ProducerRecord<>(topic, "second"));
        second.commitTransaction();
      }
      first.close(Duration.ZERO);
    }
    Check.same(List.of("second"), Records.values(Records.read(check, topic, 1, "isolation.level", "read_committed")), "committed");
  }

  private static void timeout(Check check) throws Exception {
    String topic = Records.topic(check, 1);
    try (KafkaProducer<String, String> producer = producer(check, check.name("t"), "transaction.timeout.ms", 300)) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "late")).get();
      TopicPartition partition = new TopicPartition(topic, 0);
      try (KafkaConsumer<String, String> reader = Records.consumer(check, "isolation.level", "read_committed")) {
        reader.assign(List.of(partition));
        Check.eventually("the broker aborts it", () -> reader.endOffsets(List.of(partition)).get(partition) == 2);
      }
      KafkaException thrown = Check.fails(KafkaException.class, producer::commitTransaction);
      Check.that(!(thrown instanceof org.apache.kafka.common.errors.TimeoutException), "no answer: " + thrown);
      producer.close(Duration.ZERO);
    }
    Check.same(0, Records.read(check, topic, 0, "isolation.level", "read_committed").size(), "committed");
  }

  private static void administrator(Check check) throws Exception {
    String topic = Records.topic(check, 1);
    String id = check.name("t");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Admin admin = Admin.create(check.client()); KafkaProducer<String, String> producer = producer(check, id)) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "v")).get();
      Check.that(
          admin.listTransactions(new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING))).all().get().stream().anyMatch(t -> t.transactionalId().equals(id)),
          "it is listed");
      Check.same(Set.of(partition), admin.describeTransactions(List.of(id)).description(id).get().topicPartitions(), "partitions");
      ProducerState state = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0);
      Check.same(0L, state.currentTransactionStartOffset().getAsLong(), "start");
      admin.abortTransaction(new AbortTransactionSpec(partition, state.producerId(), (short) state.producerEpoch(), state.coordinatorEpoch().orElse(0))).all().get();
      Check.that(admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0).currentTransactionStartOffset().isEmpty(), "open after the abort");
      admin.fenceProducers(List.of(id)).all().get();
      Check.fails(KafkaException.class, producer::commitTransaction);
      producer.close(Duration.ZERO);
    }
    Check.same(0, Records.read(check, topic, 0, "isolation.level", "read_committed").size(), "committed");
  }
}
