import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;

/**
 * Kafka's own command line tools, many in one JVM, since each would spend seconds on starting one.
 *
 * A line in is {"tool": class, "args": [...], "input": text, "timeout": ms, "settle": ms}; the line out is {"code": n, "out": text, "err": text},
 * where code is what the tool would have left the process with, or null when it had not ended by the timeout.
 */
public class KafkaTools {
  /** Where System.out and System.err go now. The streams themselves stay, since tools keep them in static fields. */
  static final class Redirect extends OutputStream {
    private volatile ByteArrayOutputStream target = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      target.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      target.write(bytes, offset, length);
    }

    int size() {
      return target.size();
    }

    String take() {
      ByteArrayOutputStream taken = target;
      target = new ByteArrayOutputStream();
      return taken.toString(StandardCharsets.UTF_8);
    }
  }

  static final class Ended extends RuntimeException {
    Ended() {
      super(null, null, false, false);
    }
  }

  private static final Redirect OUT = new Redirect();
  private static final Redirect ERR = new Redirect();
  private static volatile Integer code;
  private static String out, err;
  private static final List<Runnable> HOOKS = new ArrayList<>();

  public static void main(String[] none) throws Exception {
    PrintStream answers = System.out;
    System.setOut(new PrintStream(OUT, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(ERR, true, StandardCharsets.UTF_8));
    Exit.setExitProcedure(KafkaTools::ended);
    Exit.setHaltProcedure(KafkaTools::ended);
    Exit.setShutdownHookAdder((name, hook) -> HOOKS.add(hook));
    ObjectMapper json = new ObjectMapper();
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = questions.readLine()) != null; ) {
      answers.println(json.writeValueAsString(run(json.readTree(line))));
      answers.flush();
    }
    Runtime.getRuntime().halt(0);
  }

  /** The first end counts: what a tool does and prints after it is its handling of our exception. */
  private static void ended(int status, String message) {
    end(status);
    throw new Ended();
  }

  private static synchronized void end(Integer status) {
    if (out != null) return;
    HOOKS.forEach(Runnable::run);
    code = status;
    out = OUT.take();
    err = ERR.take();
  }

  private static Map<String, Object> run(JsonNode question) throws Exception {
    List<String> args = new ArrayList<>();
    question.get("args").forEach(arg -> args.add(arg.asText()));
    System.setIn(new ByteArrayInputStream(question.path("input").asText("").getBytes(StandardCharsets.UTF_8)));
    OUT.take();
    ERR.take();
    out = null;
    HOOKS.clear();
    Thread tool = new Thread(() -> call(question.get("tool").asText(), args.toArray(new String[0])), "tool");
    tool.setDaemon(true);
    tool.start();
    tool.join(question.path("timeout").asLong(30_000));
    settle(question.path("settle").asLong(0));
    if (tool.isAlive()) {
      end(null);
      tool.interrupt();
      tool.join(5_000);
    }
    Map<String, Object> answer = new HashMap<>();
    answer.put("code", code);
    answer.put("out", out);
    answer.put("err", err);
    return answer;
  }

  /** What is printed after its end by threads of the tool belongs to it, up to a silence of so long. */
  private static void settle(long silenceMs) throws InterruptedException {
    if (silenceMs == 0) return;
    for (int size = -1; size != OUT.size(); Thread.sleep(silenceMs)) size = OUT.size();
    if (out != null) out += OUT.take();
  }

  private static void call(String tool, String[] args) {
    try {
      Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
      end(0);
    } catch (InvocationTargetException e) {
      e.getCause().printStackTrace();
      end(1);
    } catch (ReflectiveOperationException e) {
      e.printStackTrace();
      end(127);
    }
  }
}
