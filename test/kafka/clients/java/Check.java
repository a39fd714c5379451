import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;

/** What the feature checks share: the broker's address, names nobody else uses, and assertions that say what was there instead. */
final class Check {
  /** One feature of the table: its name, and what throws unless the broker has it. */
  interface Body {
    void run(Check check) throws Exception;
  }

  static final Duration PATIENCE = Duration.ofSeconds(20);

  final String bootstrap;
  /** Begins all names: others use the broker at the same time. */
  final String prefix;
  /** How a client comes in, besides the address. */
  private final Map<String, Object> security;

  Check(String bootstrap, String prefix, Map<String, Object> security) {
    this.bootstrap = bootstrap;
    this.prefix = prefix;
    this.security = security;
  }

  String name(String of) {
    return prefix + of + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Properties of a client, pairs of key and value. */
  Map<String, Object> client(Object... properties) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    map.putAll(security);
    for (int i = 0; i < properties.length; i += 2) map.put((String) properties[i], properties[i + 1]);
    return map;
  }

  static void same(Object expected, Object actual, String what) {
    if (!Objects.deepEquals(expected, actual)) throw new AssertionError(what + ": expected " + expected + ", not " + actual);
  }

  static void that(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  interface Action {
    void run() throws Exception;
  }

  /** The exception of that class (or the cause of one of execution), or it is an error. */
  static <E extends Throwable> E fails(Class<E> expected, Action action) {
    try {
      action.run();
    } catch (Throwable thrown) {
      for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        if (expected.isInstance(cause)) return expected.cast(cause);
      }
      throw new AssertionError("expected " + expected.getSimpleName() + ", not " + thrown, thrown);
    }
    throw new AssertionError("expected " + expected.getSimpleName() + ", but it succeeded");
  }

  static void eventually(String what, Supplier<Boolean> holds) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.get()) {
      if (System.nanoTime() > end) throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
      Thread.sleep(20);
    }
  }
}
