import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Kafka's Java client against a broker: java Features BOOTSTRAP [part of a feature's name]
 *
 * A line per feature: "ok" or "failed", a tab, the feature, a tab, milliseconds; a failure's stack follows, indented.
 */
public final class Features {
  public static void main(String[] args) throws Exception {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    features.putAll(Records.features());
    features.putAll(Groups.features());
    features.putAll(Transactions.features());
    features.putAll(AdminCalls.features());
    int failed = 0;
    for (Map.Entry<String, Check.Body> feature : features.entrySet()) {
      if (args.length > 1 && !feature.getKey().contains(args[1])) continue;
      long start = System.nanoTime();
      Throwable thrown = run(feature.getValue(), new Check(args[0]));
      System.out.printf("%s\t%s\t%d%n", thrown == null ? "ok" : "failed", feature.getKey(), (System.nanoTime() - start) / 1_000_000);
      if (thrown == null) continue;
      failed++;
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack));
      System.out.print(stack.toString().indent(2));
    }
    Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
  }

  private static Throwable run(Check.Body body, Check check) {
    try {
      body.run(check);
      return null;
    } catch (Throwable thrown) {
      return thrown;
    }
  }
}
