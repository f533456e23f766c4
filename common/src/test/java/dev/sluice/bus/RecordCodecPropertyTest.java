package dev.sluice.bus;

import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;
import io.vertx.core.buffer.Buffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What arrives at another node is what was sent, byte for byte: records are somebody's data. */
class RecordCodecPropertyTest {

    private static final RecordCodec<RouteFailure> CODEC = new RecordCodec<>(RouteFailure.class, RecordCodec.wireFormat());

    @Property(tries = 500)
    void shouldBringAnyFailureThroughTheWireAsItWas(@ForAll("failures") RouteFailure sent, @ForAll @IntRange(max = 9) int before) {
        Buffer wire = Buffer.buffer().appendBytes(new byte[before]);
        CODEC.encodeToWire(wire, sent);
        wire.appendString("what follows");

        RouteFailure arrived = CODEC.decodeFromWire(before, wire);

        assertThat(arrived).usingRecursiveComparison().isEqualTo(sent);
    }

    /** From a node that is broken, or none of ours: said, not taken for something else, and never an error of the JVM. */
    @Property(tries = 500)
    void shouldSayOfAnythingBrokenThatItCantBeRead(@ForAll("failures") RouteFailure sent, @ForAll int place, @ForAll byte value) {
        Buffer wire = Buffer.buffer();
        CODEC.encodeToWire(wire, sent);
        byte[] bytes = wire.getBytes();
        int broken = Integer.BYTES + Math.floorMod(place, bytes.length - Integer.BYTES);
        Buffer cut = Buffer.buffer().appendInt(broken - Integer.BYTES).appendBytes(Arrays.copyOfRange(bytes, Integer.BYTES, broken));

        assertThatThrownBy(() -> CODEC.decodeFromWire(0, cut)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("from another node can't be read");
        bytes[broken] = value;
        try {
            assertThat(CODEC.decodeFromWire(0, Buffer.buffer(bytes))).isNotNull();
        } catch (IllegalStateException said) {
            assertThat(said).hasMessageContaining("from another node can't be read");
        }
    }

    @Provide
    Arbitrary<RouteFailure> failures() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(60).injectNull(0.2);
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(20);
        Arbitrary<List<RawRecord.Header>> headers = Combinators.combine(text, bytes).as(RawRecord.Header::new).list().ofMaxSize(4);
        Arbitrary<RawRecord> records = Combinators.combine(text, Arbitraries.integers().between(0, 1_000), Arbitraries.longs(),
                Arbitraries.longs(), bytes, bytes, headers).as(RawRecord::new);
        Arbitrary<ErrorInfo> errors = Combinators.combine(text.list().ofMaxSize(3), text.injectNull(0.3), Arbitraries.integers(),
                text.injectNull(0.3), text.injectNull(0.3)).as(ErrorInfo::new);
        return Combinators.combine(text, text, records, text, errors, Arbitraries.integers(), Arbitraries.longs(),
                Arbitraries.of(RouteFailure.Order.class)).as((route, group, record, id, error, failures, millis, order) ->
                new RouteFailure(route, group, record, id, error, failures, millis, order, 0));
    }
}
