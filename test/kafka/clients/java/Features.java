import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kafka's Java client against a broker: told on standard input what to do, answers in lines on standard output (see ../README.md).
 * A feature of the table is one check or several; how long each took, and what failed, is on standard error.
 */
public final class Features {
  public static void main(String[] none) throws Exception {
    ObjectMapper json = new ObjectMapper();
    JsonNode request = json.readTree(System.in);
    Map<String, Check.Body> checks = new LinkedHashMap<>();
    checks.putAll(Records.features());
    checks.putAll(Groups.features());
    checks.putAll(Transactions.features());
    checks.putAll(AdminCalls.features());
    checks.putAll(Security.features(told(request.path("security"))));
    for (JsonNode feature : request.get("features")) {
      String failure = ask(Table.cells().get(feature.asText()), checks, request);
      Map<String, String> answer = new LinkedHashMap<>(Map.of("feature", feature.asText(), "answer", failure == null ? "yes" : "no"));
      if (failure != null) answer.put("why", failure);
      System.out.println(json.writeValueAsString(answer));
    }
    Runtime.getRuntime().halt(0);
  }

  private static Map<String, String> told(JsonNode security) {
    Map<String, String> told = new HashMap<>();
    security.fields().forEachRemaining(field -> {
      if (field.getValue().isTextual()) told.put(field.getKey(), field.getValue().asText());
    });
    security.path("listeners").fields().forEachRemaining(listener -> told.put("listener." + listener.getKey(), listener.getValue().asText()));
    return told;
  }

  /** Why not; null where all of them hold. */
  private static String ask(List<String> names, Map<String, Check.Body> checks, JsonNode request) {
    if (names == null) return "the program knows no such feature";
    for (String name : names) {
      long start = System.nanoTime();
      try {
        checks.get(name).run(new Check(request.get("bootstrap").asText(), request.get("prefix").asText(), Map.of()));
        System.err.printf("%s: %d ms%n", name, (System.nanoTime() - start) / 1_000_000);
      } catch (Throwable thrown) {
        thrown.printStackTrace();
        return name + ": " + thrown.getMessage();
      }
    }
    return null;
  }
}
