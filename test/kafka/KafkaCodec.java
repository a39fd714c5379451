import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;

/**
 * Kafka's own codecs for all its messages, those of its logs too. A line in, a line out:
 *
 *   {"message":"FetchRequest","version":12,"json":{…}}   {"hex":"…"}                       what Kafka writes
 *   {"message":"FetchRequest","version":12,"hex":"…"}    {"json":{…},"hex":"…","left":0}   what Kafka reads, and writes again
 */
public class KafkaCodec {
  static final List<String> PLACES = List.of(
    "org.apache.kafka.common.message.%sData",
    "org.apache.kafka.common.message.%s",
    "org.apache.kafka.common.metadata.%s",
    "org.apache.kafka.coordinator.group.generated.%s",
    "org.apache.kafka.coordinator.transaction.generated.%s",
    "org.apache.kafka.server.log.remote.metadata.storage.generated.%s");

  static Class<?> find(String message) throws ClassNotFoundException {
    for (String place : PLACES) {
      try {
        return Class.forName(place.formatted(message));
      } catch (ClassNotFoundException elsewhere) {
        // The next place may have it.
      }
    }
    throw new ClassNotFoundException(message);
  }

  static String hex(Message message, short version) {
    ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      ObjectNode answer = mapper.createObjectNode();
      try {
        JsonNode ask = mapper.readTree(line);
        Class<?> data = find(ask.get("message").asText());
        Class<?> converter = Class.forName(data.getName() + "JsonConverter");
        short version = (short) ask.get("version").asInt();
        if (ask.has("json")) {
          Object message = converter.getMethod("read", JsonNode.class, short.class).invoke(null, ask.get("json"), version);
          answer.put("hex", hex((Message) message, version));
        } else {
          ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(ask.get("hex").asText()));
          Message message = (Message) data.getConstructor(Readable.class, short.class).newInstance(new ByteBufferAccessor(bytes), version);
          answer.put("left", bytes.remaining());
          answer.set("json", (JsonNode) converter.getMethod("write", data, short.class).invoke(null, message, version));
          answer.put("hex", hex(message, version));
        }
      } catch (Throwable failure) {
        answer.put("error", String.valueOf(failure instanceof InvocationTargetException ? failure.getCause() : failure));
      }
      out.println(mapper.writeValueAsString(answer));
    }
    out.flush();
  }
}
