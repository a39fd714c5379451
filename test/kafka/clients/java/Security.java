import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;

/** Ways to come in. Listeners and files are what the request tells. */
final class Security {
  private static final String MODULES = "org.apache.kafka.common.security.";

  /** A token of its own making, unsigned, for a broker that takes such. */
  public static final class Tokens implements AuthenticateCallbackHandler {
    private String user;

    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
      user = (String) entries.get(0).getOptions().get("user");
    }

    @Override
    public void handle(Callback[] callbacks) {
      for (Callback callback : callbacks) if (callback instanceof OAuthBearerTokenCallback asked) asked.token(new Token(user, System.currentTimeMillis()));
    }

    @Override
    public void close() {}
  }

  private record Token(String principalName, long now) implements OAuthBearerToken {
    @Override
    public String value() {
      return part("{\"alg\":\"none\"}") + "." + part("{\"sub\":\"" + principalName + "\",\"iat\":" + now / 1000 + ",\"exp\":" + (now / 1000 + 600) + "}") + ".";
    }

    private static String part(String json) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Set<String> scope() {
      return Set.of();
    }

    @Override
    public long lifetimeMs() {
      return now + 600_000;
    }

    @Override
    public Long startTimeMs() {
      return now;
    }
  }

  /** What the request tells: `listener.NAME`, `username`, `password`, `ca`, `certificate`, `key`. */
  private final Map<String, String> told;

  private Security(Map<String, String> told) {
    this.told = told;
  }

  static Map<String, Check.Body> features(Map<String, String> told) {
    return new Security(told).features();
  }

  private Map<String, Check.Body> features() {
    Map<String, Check.Body> features = new LinkedHashMap<>();
    for (String mechanism : List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")) {
      features.put(mechanism, check -> comeIn(check, "SASL_PLAINTEXT", password(mechanism, told.get("password"))));
    }
    features.put("OAUTHBEARER", check -> {
      Map<String, Object> config = sasl("OAUTHBEARER", "oauthbearer.OAuthBearerLoginModule", "user=\"" + told.get("username") + "\"");
      config.put("sasl.login.callback.handler.class", Tokens.class.getName());
      comeIn(check, "SASL_PLAINTEXT", config);
    });
    features.put("wrong passwords", check -> {
      for (String mechanism : List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")) {
        Check.fails(SaslAuthenticationException.class, () -> comeIn(check, "SASL_PLAINTEXT", password(mechanism, "a guess")));
      }
    });
    features.put("TLS", check -> {
      comeIn(check, "SSL", tls());
      Check.fails(SslAuthenticationException.class, () -> comeIn(check, "SSL", Map.of()));
    });
    features.put("TLS client certificates", check -> {
      Map<String, Object> config = tls();
      config.put("ssl.keystore.type", "PEM");
      config.put("ssl.keystore.certificate.chain", text("certificate"));
      config.put("ssl.keystore.key", text("key"));
      comeIn(check, "CERTIFICATE", config);
      Check.fails(SslAuthenticationException.class, () -> comeIn(check, "CERTIFICATE", tls()));
    });
    features.put("SASL over TLS", check -> {
      Map<String, Object> config = password("SCRAM-SHA-512", told.get("password"));
      config.putAll(tls());
      comeIn(check, "SASL_SSL", config);
    });
    return features;
  }

  private String text(String file) throws IOException {
    return Files.readString(Path.of(told.get(file)));
  }

  private Map<String, Object> tls() throws IOException {
    return new HashMap<>(Map.of("ssl.truststore.type", "PEM", "ssl.truststore.certificates", text("ca")));
  }

  private Map<String, Object> password(String mechanism, String password) {
    String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    return sasl(mechanism, module, "username=\"" + told.get("username") + "\" password=\"" + password + "\"");
  }

  private static Map<String, Object> sasl(String mechanism, String module, String options) {
    return new HashMap<>(Map.of("sasl.mechanism", mechanism, "sasl.jaas.config", MODULES + module + " required " + options + ";"));
  }

  /** A record goes there and back. */
  private void comeIn(Check plain, String listener, Map<String, Object> config) throws Exception {
    Map<String, Object> all = new HashMap<>(config);
    all.put("security.protocol", listener.equals("CERTIFICATE") ? "SSL" : listener);
    Check check = new Check(told.get("listener." + listener), plain.prefix, all);
    String topic = Records.topic(check, 1);
    try (KafkaProducer<String, String> producer = Records.producer(check)) {
      producer.send(new ProducerRecord<>(topic, "v")).get();
    }
    Check.same(List.of("v"), Records.values(Records.read(check, topic, 1)), "values");
  }
}
