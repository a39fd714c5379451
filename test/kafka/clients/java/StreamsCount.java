import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * A Kafka Streams application, exactly once: counts words by key, through a repartition topic and a changelog topic.
 *
 *     java StreamsCount BOOTSTRAP        feeds it and kills it twice, the second time with its state, and checks every count it wrote
 *     java StreamsCount BOOTSTRAP run APPLICATION STATE-DIRECTORY
 *
 * Nothing is cached, so each word's counts that were committed are 1, 2, 3 … without a gap or a repetition.
 */
public final class StreamsCount {
  private static final int WORDS = 12;
  private static final int RECORDS = 12_000;
  private static final String NAME = "exactly_once_v2 with repartition and changelog, killed twice";

  public static void main(String[] args) throws Exception {
    if (args.length > 1) {
      application(args[0], args[2], args[3]).start();
      return;
    }
    long start = System.nanoTime();
    Path state = Files.createTempDirectory("streams-count");
    try {
      new StreamsCount(args[0], state).check();
      System.out.printf("ok\t%s\t%d%n", NAME, (System.nanoTime() - start) / 1_000_000);
    } catch (Throwable thrown) {
      System.out.printf("failed\t%s\t%d%n  %s%n", NAME, (System.nanoTime() - start) / 1_000_000, thrown);
      thrown.printStackTrace();
      System.exit(1);
    } finally {
      delete(state);
    }
    Runtime.getRuntime().halt(0);
  }

  // ── the application ───────────────────────────────────────────────────────────────────────────────

  private static KafkaStreams application(String bootstrap, String id, String directory) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(id + "-in", Consumed.with(Serdes.String(), Serdes.String()))
        .selectKey((key, word) -> word)
        .groupByKey(Grouped.with("by-word", Serdes.String(), Serdes.String()))
        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts").withKeySerde(Serdes.String()).withValueSerde(Serdes.Long()))
        .toStream()
        .to(id + "-out", Produced.with(Serdes.String(), Serdes.Long()));
    Properties config = new Properties();
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    config.put(StreamsConfig.STATE_DIR_CONFIG, directory);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    config.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
    config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 500);
    config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    config.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 5_000);
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.setUncaughtExceptionHandler(thrown -> org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_APPLICATION);
    return streams;
  }

  // ── what starts, feeds and kills it ───────────────────────────────────────────────────────────────

  private final String bootstrap;
  private final Path state;
  private final String id = "count-" + UUID.randomUUID().toString().substring(0, 8);
  private final Map<String, Long> counts = new HashMap<>();
  private int seen = 0;

  private StreamsCount(String bootstrap, Path state) {
    this.bootstrap = bootstrap;
    this.state = state;
  }

  private void check() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(id + "-in", 2, (short) 1), new NewTopic(id + "-out", 2, (short) 1))).all().get();
    }
    try (KafkaConsumer<String, Long> output = output()) {
      Process process = start();
      try {
        feed(0, RECORDS / 2);
        readUntil(output, process, "some counts", () -> seen > RECORDS / 5);
        process.destroyForcibly().waitFor();
        process = start();
        feed(RECORDS / 2, RECORDS);
        readUntil(output, process, "more counts", () -> seen > RECORDS * 7 / 10);
        process.destroyForcibly().waitFor();
        delete(state);
        process = start();
        readUntil(output, process, "all counts", () -> seen >= RECORDS);
        long end = System.nanoTime() + 1_000_000_000L;
        readUntil(output, process, "the end", () -> System.nanoTime() > end);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    if (seen != RECORDS) throw new AssertionError(seen + " counts for " + RECORDS + " records");
    for (int i = 0; i < WORDS; i++) {
      if (counts.get("word" + i) != RECORDS / WORDS) throw new AssertionError("counts: " + counts);
    }
  }

  private Process start() throws Exception {
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dlog4j2.configurationFile=" + System.getProperty("log4j2.configurationFile"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "StreamsCount", bootstrap, "run", id, state.toString()));
    return new ProcessBuilder(command).inheritIO().start();
  }

  private void feed(int from, int to) {
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < to; i++) producer.send(new ProducerRecord<>(id + "-in", i % 2, "key", "word" + i % WORDS));
    }
  }

  private KafkaConsumer<String, Long> output() {
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
    KafkaConsumer<String, Long> consumer = new KafkaConsumer<>(config, new StringDeserializer(), new LongDeserializer());
    consumer.assign(List.of(new TopicPartition(id + "-out", 0), new TopicPartition(id + "-out", 1)));
    return consumer;
  }

  private void readUntil(KafkaConsumer<String, Long> output, Process process, String what, BooleanSupplier holds) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) throw new AssertionError("never: " + what + ", " + seen + " so far");
      if (!process.isAlive()) throw new AssertionError("the application ended with " + process.exitValue());
      for (ConsumerRecord<String, Long> record : output.poll(Duration.ofMillis(50))) {
        long expected = counts.merge(record.key(), 1L, Long::sum);
        if (record.value() != expected) throw new AssertionError(record.key() + ": " + record.value() + " after " + (expected - 1) + " at " + record.partition() + ":" + record.offset());
        seen++;
      }
    }
  }

  private static void delete(Path directory) throws Exception {
    if (!Files.exists(directory)) return;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    }
  }
}
