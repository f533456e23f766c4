package dev.sluice.bus;

import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RecordCodecTest {

    static Stream<Message> everyMessage() {
        ErrorInfo error = new ErrorInfo(List.of("java.lang.IllegalStateException", "java.lang.Exception"), "23505", 0,
                "naïve \u0000 \ud83d\ude80", "at a\n\tat b");
        RawRecord full = new RawRecord("events", 23, Long.MAX_VALUE, 1_700_000_000_123L, bytes(0, -1, 127), bytes(-128, 13, 10),
                List.of(new RawRecord.Header("ce_id", bytes(-61, 40)), new RawRecord.Header("empty", new byte[0]),
                        new RawRecord.Header("none", null), new RawRecord.Header("ce_id", bytes(1))));
        RawRecord bare = new RawRecord("events", 0, 0, 0, null, null, List.of());
        ErrorInfo unsaid = new ErrorInfo(List.of(), null, 503, null, null);
        DeadLetters.Letter letter = new DeadLetters.Letter(7, "dlq.errors-0-1", "open", "audit", "source id", null, "paid",
                "PERMANENT", "refused", "events", 5, 77, 4, "2026-01-31T08:00:00.000Z", 300);
        DeadLetters.Filter filter = new DeadLetters.Filter(List.of("dlq.errors-0-1"), null, "paid", null, "refused", null,
                "audit", null, null, "open");
        return Stream.of(
                new DeadLetters.ListLetters(filter, 6, 100),
                new DeadLetters.Page(List.of(letter), 7),
                new DeadLetters.ShowLetter("dlq.errors-0-1"),
                new DeadLetters.Shown(letter, full),
                new DeadLetters.ExportLetters(filter, "anna", "for the auditors", 7),
                new DeadLetters.Exported(List.of(new DeadLetters.Shown(letter, bare)), 9),
                new DeadLetters.Act("discard", filter, "anna", "a broken client", true, 100, 0, 12),
                new DeadLetters.ListActions("dlq.errors-0-1", null, "2026-01-31T08:00:00Z", 7, 100),
                new DeadLetters.Actions(List.of(new DeadLetters.Action(9, "2026-01-31T08:00:00.000Z", "anna", "replay", "mended", 3, 5,
                        "begun", null)), 9),
                new DeadLetters.Acted(3, 1, 9, 12, null),
                new RouteFailure("r-1", "audit", full, "source id", error, 3, 999, RouteFailure.Order.PRESERVED, 2),
                new RouteFailure("r-2", "audit", bare, "id", unsaid, 1, 0, RouteFailure.Order.RELAXED, 0),
                new Routed.Retrying("events.retry", 2, 17, 3, 1_700_000_008_000L),
                new Routed.Park(2, 1_700_000_008_000L),
                new Routed.Dead("dlq.poison", 0, 1, "POISON"),
                new Routed.AlreadySettled(Outcome.APPLIED),
                new Routed.NotRouted("Kafka is away"),
                new ResumePartition("earliest"),
                new PartitionResumed(-1, "it is not stopped"),
                new LagQuestion(),
                new LagReport(List.of(
                        new LagReport.PartitionLag("audit", "events", 1, OptionalLong.of(5), 2, 9, OptionalLong.of(4),
                                OptionalDouble.of(1.5), 3, LagVerdict.STALLED, "does not move"),
                        new LagReport.PartitionLag("audit", "events", 2, OptionalLong.empty(), 0, 9, OptionalLong.empty(),
                                OptionalDouble.empty(), 0, LagVerdict.OK, "")),
                        List.of(new LagReport.TopicLag("audit", "events", 4, OptionalDouble.empty(), 2, 1)), 7, 20, 1_700_000_000_000L),
                new GroupLoad("audit", "node-1-audit-0", true, 0.5, 0.13),
                new AlertReport("node-1", List.of(new AlertReport.Value("PoisonFlood", Map.of("group", "audit"), 11)),
                        List.of("PoisonFlood"), List.of("GroupLagHigh")),
                new ScalingQuestion(),
                new ScalingReport(List.of(new ScalingReport.GroupScaling("audit", 9_000, 5_000, 1, 2, 24, "lag"))),
                new GroupPause("audit", "node-1-audit-0", "breaker open"),
                new ComponentHealth("node-1", "consumer-verticle", "0", false, "no database"));
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void shouldReadFromTheWireWhatItWrote(Message message) {
        assertThat(throughTheWire(message)).usingRecursiveComparison().isEqualTo(message);
    }

    @Test
    void shouldCoverEveryMessage() {
        Set<Class<?>> covered = everyMessage().map(Object::getClass).collect(Collectors.toSet());

        assertThat(covered).containsExactlyInAnyOrderElementsOf(Bus.leaves(Message.class).toList());
    }

    @Test
    void shouldReadAtAnyPositionAndIgnoreFieldsOfANewerVersion() {
        byte[] json = "{\"reason\":\"away\",\"since\":5}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Buffer wire = Buffer.buffer("head").appendInt(json.length).appendBytes(json).appendString("tail");

        Routed.NotRouted read = new RecordCodec<>(Routed.NotRouted.class, RecordCodec.wireFormat()).decodeFromWire(4, wire);

        assertThat(read).isEqualTo(new Routed.NotRouted("away"));
    }

    @Test
    void shouldRefuseWhatIsNoRecord() {
        assertThatThrownBy(() -> new RecordCodec<>(Routed.class, RecordCodec.wireFormat()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no record");
    }

    private static Object throughTheWire(Message message) {
        return decode(message.getClass(), message);
    }

    private static <T> T decode(Class<T> type, Object message) {
        RecordCodec<T> codec = new RecordCodec<>(type, RecordCodec.wireFormat());
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, type.cast(message));
        return codec.decodeFromWire(0, wire);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
