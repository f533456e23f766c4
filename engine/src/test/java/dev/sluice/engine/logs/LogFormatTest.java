package dev.sluice.engine.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.trace.LogScope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class LogFormatTest {

    private final LoggerContext context = contextWithMdc();
    private final Logger logger = context.getLogger("dev.sluice.Some");

    @Test
    void shouldWriteOneObjectALineWithAFieldForEachKey() throws Exception {
        JsonNode line = json("group={} partition={} eventId={} failed {} times ({}); clean={}", "audit", 3, "source id \"7\"", 2,
                new IllegalStateException("away").toString(), true);

        assertThat(line.path("group").asText()).isEqualTo("audit");
        assertThat(line.path("partition").isInt()).isTrue();
        assertThat(line.path("eventId").asText()).isEqualTo("source id \"7\"");
        assertThat(line.path("clean").asBoolean()).isTrue();
        assertThat(line.path("message").asText()).startsWith("group=audit partition=3 ").contains("failed 2 times");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("node").asText()).isEqualTo("node-1");
        assertThat(line.has("@timestamp")).isTrue();
        assertThat(line.has("thread_name")).isTrue();
    }

    @Test
    void shouldNotLetAMessageOverwriteWhatTheLineItselfSays() throws Exception {
        assertThat(json("level={} message={} node={} group={} group={}", 1, 2, 3, "a", "b").toString())
                .contains("\"level\":\"WARN\"", "\"node\":\"node-1\"", "\"group\":\"a\"").doesNotContain("\"group\":\"b\"");
    }

    @Test
    void shouldLeaveTextAsItIs() {
        assertThat(LogFormat.TEXT.encoder(context, "node-1")).isEmpty();
    }

    /** As logback.xml has it; a line that names a field itself is not told it again. */
    @Test
    void shouldNameEventAndTraceInALineForPeople() throws Exception {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.getInstanceConverterMap().put("scope", ScopeConverter::new);
        layout.setPattern("%-5level %msg%scope");
        layout.start();
        Vertx vertx = Vertx.vertx();
        try {
            Map<String, String> about = new TreeMap<>(Map.of("eventId", "e-1", "traceId", "4bf9"));
            assertThat(Future.<String>future(done -> vertx.runOnContext(now -> LogScope.within(() -> about, () -> vertx.timer(1).map(due ->
                            layout.doLayout(new LoggingEvent("caller", logger, Level.WARN, "it is slow, eventId={}", null, new Object[] {"e-1"}))))
                    .onComplete(done))).await(20, TimeUnit.SECONDS)).isEqualTo("WARN  it is slow, eventId=e-1 traceId=4bf9");
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    private static LoggerContext contextWithMdc() {
        LoggerContext made = new LoggerContext();
        made.setMDCAdapter(new LogbackMDCAdapter());
        return made;
    }

    private JsonNode json(String message, Object... arguments) throws Exception {
        byte[] line = LogFormat.JSON.encoder(context, "node-1").orElseThrow()
                .encode(new LoggingEvent("caller", logger, Level.WARN, message, null, arguments));
        assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
        return new ObjectMapper().readTree(line);
    }
}
