import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Features of the table in docs/clients.md, and the checks that have to hold for each. Every check belongs to one of them. */
final class Table {
  static Map<String, List<String>> cells() {
    Map<String, List<String>> cells = new LinkedHashMap<>();
    cells.put("uncompressed", List.of("codec none"));
    for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) cells.put(codec, List.of("codec " + codec));
    for (String same : List.of("keys", "null keys and values", "empty keys and values", "headers", "headers of bytes", "timestamps", "timestamps of the broker", "large records")) {
      cells.put(same, List.of(same));
    }
    cells.put("offsets by time", List.of("seek and offsets by time"));
    cells.put("acks 0, 1, all", List.of("acks=0", "acks=1", "acks=all", "auto-created topic"));
    cells.put("many partitions", List.of("many partitions", "fetch sessions"));

    cells.put("rebalances", List.of("rebalances: classic, Range", "rebalances: classic, RoundRobin", "rebalances: classic, Sticky"));
    cells.put("static members", List.of("static members: classic", "static members: consumer"));
    cells.put("cooperative rebalances", List.of("rebalances: classic, CooperativeSticky"));
    cells.put("KIP-848 groups", List.of("rebalances: consumer, uniform", "rebalances: consumer, range", "from classic to consumer and back"));
    cells.put("committed offsets", List.of("offsets with metadata: classic", "offsets with metadata: consumer"));
    cells.put("offset reset", List.of("offset reset"));
    cells.put("topics by pattern", List.of("subscription by pattern: classic", "subscription by pattern: consumer", "subscription by pattern at the broker"));

    cells.put("idempotent producer", List.of("idempotent producer"));
    cells.put("transactions", List.of("transactions in two partitions"));
    cells.put("aborted transactions", List.of("aborted transactions", "a transaction that times out", "transactions, by an administrator"));
    cells.put("offsets in transactions", List.of("consume, transform, produce: classic", "consume, transform, produce: consumer"));
    cells.put("fencing", List.of("a second producer fences the first"));

    cells.put("create topics", List.of("admin: create topics"));
    cells.put("list and describe topics", List.of("admin: list and describe topics", "admin: log dirs", "admin: replicas"));
    cells.put("delete topics", List.of("admin: delete topics"));
    cells.put("add partitions", List.of("admin: partitions"));
    cells.put("describe configs", List.of("admin: describe configs"));
    cells.put("alter configs", List.of("admin: alter configs", "admin: quotas"));
    cells.put("delete records", List.of("admin: records deleted"));
    cells.put("list offsets", List.of("admin: offsets"));
    cells.put("list and describe groups", List.of("admin: groups"));
    cells.put("delete groups", List.of("admin: groups deleted"));
    cells.put("alter offsets of groups", List.of("admin: offsets of groups"));
    cells.put("describe cluster", List.of("admin: cluster and features"));
    cells.put("ACLs", List.of("admin: ACLs"));

    for (String same : List.of("PLAIN", "SCRAM-SHA-512", "OAUTHBEARER", "wrong passwords", "TLS", "TLS client certificates", "SASL over TLS")) cells.put(same, List.of(same));
    cells.put("SCRAM-SHA-256", List.of("SCRAM-SHA-256", "admin: users"));
    return cells;
  }
}
