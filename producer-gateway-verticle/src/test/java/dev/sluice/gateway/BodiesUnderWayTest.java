package dev.sluice.gateway;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

class BodiesUnderWayTest {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong();
    private final BodiesUnderWay underWay = new BodiesUnderWay(vertx, Duration.ofHours(1), 100, nanos::incrementAndGet);

    private final class Caller implements BodiesUnderWay.Arrival {

        private long held;
        private Problem refusal;

        private boolean sends(long bytes) {
            boolean fits = underWay.hold(this, bytes);
            held += fits ? bytes : 0;
            return fits;
        }

        @Override
        public void refuse(Problem problem) {
            refusal = problem;
            underWay.release(held);
            held = 0;
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldSendAwayWhoBeganFirstAndHasNotEnded() {
        Caller slow = body(50);
        Caller line = new Caller();
        underWay.beginLine(line);
        assertThat(line.sends(30)).isTrue();
        Caller next = body(20);

        Caller last = body(60);

        assertThat(slow.refusal).isInstanceOf(Problem.Overloaded.class);
        assertThat(line.refusal).isInstanceOf(Problem.Overloaded.class);
        assertThat(next.refusal).isNull();
        assertThat(last.held).isEqualTo(60);
        assertThat(underWay.held()).isEqualTo(80);
    }

    @Test
    void shouldNotSendAwayWhatHasArrivedAndWaitsForItsAnswer() {
        Caller arrived = body(90);
        underWay.end(arrived);
        Caller slow = body(5);

        Caller other = new Caller();
        underWay.begin(other);
        assertThat(other.sends(50)).as("it can have no room").isFalse();

        assertThat(arrived.refusal).isNull();
        assertThat(slow.refusal).isInstanceOf(Problem.Overloaded.class);
        underWay.release(90);
        assertThat(other.sends(100)).isTrue();
        assertThat(underWay.held()).isEqualTo(100);
    }

    @Test
    void shouldSendAwayTheOneThatAsksWhenItBeganFirst() {
        Caller first = body(40);
        Caller second = body(40);

        assertThat(first.sends(40)).isFalse();

        assertThat(second.refusal).isNull();
        assertThat(underWay.held()).isEqualTo(80);
    }

    private Caller body(long bytes) {
        Caller caller = new Caller();
        underWay.begin(caller);
        assertThat(caller.sends(bytes)).isTrue();
        return caller;
    }
}
