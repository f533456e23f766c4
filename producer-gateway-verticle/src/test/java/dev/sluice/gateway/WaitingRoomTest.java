package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class WaitingRoomTest {

    private static final int CAPACITY = 100;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> heard = new ArrayList<>();
    private final AtomicBoolean kafkaAway = new AtomicBoolean();

    @AfterEach
    void close() {
        vertx.close();
    }

    private WaitingRoom room(int guests, Duration deadline) {
        return room(guests, deadline, new Throttle(Duration.ofSeconds(5)), System::nanoTime);
    }

    private WaitingRoom room(int guests, Duration deadline, Throttle throttle, LongSupplier nanos) {
        return new WaitingRoom(vertx, new GatewaySettings.Waiting(guests, ByteSize.mebibytes(1), deadline, Duration.ofMillis(50)),
                CAPACITY, throttle, kafkaAway::get, nanos);
    }

    /** A hundred gateways share 20 events/s: nobody is let in during the first seconds. */
    private static Throttle closed() {
        Throttle throttle = new Throttle(Duration.ofSeconds(60));
        throttle.onPressure(1, System.nanoTime());
        throttle.onPeers(Collections.nCopies(100, new GatewayLoad(20, 1_000, 2_000)), 0);
        return throttle;
    }

    private <T> T onLoop(Callable<T> action) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        vertx.runOnContext(turn -> {
            try {
                done.complete(action.call());
            } catch (Exception | Error e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldLetInFirstWhoCameFirst() throws Exception {
        WaitingRoom room = room(10, Duration.ofSeconds(5));
        onLoop(() -> {
            room.enter("one", CAPACITY);
            room.enter("one", 60).onSuccess(in -> heard.add("big"));
            room.enter("one", 10).onSuccess(in -> heard.add("small"));
            assertThat(heard).isEmpty();
            room.leave(CAPACITY);
            return null;
        });
        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly("big", "small");
    }

    @Test
    void shouldRefuseAtOnceWhenItIsFullAndAfterAWhileWhenNobodyLeaves() throws Exception {
        WaitingRoom room = room(1, Duration.ofMillis(100));
        AtomicInteger refused = new AtomicInteger();
        onLoop(() -> {
            room.enter("one", CAPACITY);
            room.enter("one", 1).onSuccess(problem -> refused.addAndGet(problem == null ? 0 : 1));
            room.enter("one", 1).onSuccess(problem -> refused.addAndGet(problem == null ? 0 : 10));
            return null;
        });
        assertThat(refused).hasValue(10);
        await().atMost(Duration.ofSeconds(3)).until(() -> refused.get() == 11);
    }

    /** After 50, 150, 350 and 750 ms, and at the deadline. */
    @Test
    void shouldLookTwiceAsLateAfterEachLookInVainAndNotAtAllWhileNobodyWaits() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        WaitingRoom room = room(10, Duration.ofSeconds(1), closed(), () -> {
            looks.incrementAndGet();
            return System.nanoTime();
        });
        AtomicReference<Problem> refused = new AtomicReference<>();
        vertx.runOnContext(turn -> {
            room.enter("one", 1).onSuccess(refused::set);
            looks.set(0);
        });
        await().atMost(Duration.ofSeconds(20)).until(() -> refused.get() != null);

        assertThat(refused.get()).isInstanceOf(Problem.Throttled.class);
        assertThat(looks.get()).as("times that it asked for the clock, three at a look in vain").isLessThanOrEqualTo(20);
        int before = onLoop(looks::get);
        CompletableFuture<Void> later = new CompletableFuture<>();
        vertx.setTimer(200, timer -> later.complete(null));
        later.get(10, TimeUnit.SECONDS);
        assertThat(looks).as("nobody waits").hasValue(before);
    }

    @Test
    void shouldLetInAtOnceWhenThePressureEases() throws Exception {
        AtomicLong now = new AtomicLong(System.nanoTime());
        Throttle throttle = closed();
        WaitingRoom room = room(10, Duration.ofSeconds(60), throttle, now::get);

        List<String> inOneTurn = onLoop(() -> {
            room.enter("one", 1).onSuccess(in -> heard.add("in"));
            heard.add("waits");
            throttle.onPeers(List.of(new GatewayLoad(20, 1_000, 2_000)), 0);
            throttle.onPressure(0.1, now.addAndGet(Duration.ofMillis(10).toNanos()));
            room.onEased();
            return List.copyOf(heard);
        });

        assertThat(inOneTurn).containsExactly("waits", "in");
    }

    @Test
    void shouldLetManyInWhoLeaveAtOnce() throws Exception {
        WaitingRoom room = room(20_000, Duration.ofSeconds(5));
        AtomicInteger in = new AtomicInteger();
        onLoop(() -> {
            room.enter("one", CAPACITY);
            for (int i = 0; i < 20_000; i++) {
                room.enter("one", 1).onSuccess(admitted -> {
                    in.incrementAndGet();
                    room.leave(1);
                });
            }
            room.leave(CAPACITY);
            return null;
        });
        assertThat(onLoop(in::get)).isEqualTo(20_000);
        assertThat(onLoop(room::waiting)).isZero();
    }

    @Test
    void shouldGoOnAfterAGuestThatThrows() throws Exception {
        WaitingRoom room = room(10, Duration.ofSeconds(5));
        onLoop(() -> {
            room.enter("one", CAPACITY);
            room.enter("one", 60).onSuccess(in -> {
                heard.add("bad");
                throw new AssertionError("on purpose");
            });
            room.enter("one", 10).onSuccess(in -> heard.add("good"));
            return null;
        });
        assertThatThrownBy(() -> onLoop(() -> {
            room.leave(CAPACITY);
            return null;
        })).hasMessageContaining("on purpose");

        await().atMost(Duration.ofSeconds(3)).until(() -> onLoop(() -> List.copyOf(heard)).equals(List.of("bad", "good")));
    }

    @Test
    void shouldLetClientsInByTurns() throws Exception {
        WaitingRoom room = room(100, Duration.ofSeconds(5));
        onLoop(() -> {
            room.enter("greedy", CAPACITY);
            for (int i = 0; i < 50; i++) {
                room.enter("greedy", 20).onSuccess(in -> heard.add("greedy"));
            }
            room.enter("modest", 20).onSuccess(in -> heard.add("modest"));
            room.enter("other", 20).onSuccess(in -> heard.add("other"));
            room.enter("modest", 20).onSuccess(in -> heard.add("modest"));
            room.leave(CAPACITY);
            return null;
        });

        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly("greedy", "modest", "other", "greedy", "modest");
    }

    @Test
    void shouldMakeRoomForAClientWithLessThanItsShare() throws Exception {
        WaitingRoom room = room(10, Duration.ofSeconds(5));
        AtomicInteger displaced = new AtomicInteger();
        onLoop(() -> {
            room.enter("greedy", CAPACITY);
            for (int i = 0; i < 10; i++) {
                room.enter("greedy", 1).onSuccess(problem -> displaced.addAndGet(problem == null ? 0 : 1));
            }
            for (int i = 0; i < 8; i++) {
                room.enter("modest", 1).onSuccess(problem -> heard.add(problem == null ? "in" : "refused"));
            }
            return null;
        });

        assertThat(displaced).as("half of the room is the modest one's").hasValue(5);
        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly("refused", "refused", "refused");
        assertThat(room.waiting()).isEqualTo(10);
    }

    @Test
    void shouldRefuseLinesOfAStreamOnlyOnceTheGatewayStops() throws Exception {
        WaitingRoom room = room(10, Duration.ofMillis(100), closed(), System::nanoTime);
        vertx.runOnContext(turn -> {
            room.enterFromStream("one", 1).onSuccess(problem -> heard.add("line"));
            room.enter("one", 1).onSuccess(problem -> heard.add("request"));
        });
        await().atMost(Duration.ofSeconds(10)).until(() -> !onLoop(() -> List.copyOf(heard)).isEmpty());
        vertx.timer(400, TimeUnit.MILLISECONDS).await(5, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly("request");
        onLoop(() -> {
            room.endPatience();
            return null;
        });

        await().atMost(Duration.ofSeconds(10)).until(() -> onLoop(heard::size) == 2);
        assertThat(room.waiting()).isZero();
    }

    /** What is under way may be so for as long as Kafka's delivery timeout. */
    @Test
    void shouldLetAllInOnceKafkaIsAway() throws Exception {
        WaitingRoom room = room(10, Duration.ofMillis(100));
        onLoop(() -> {
            room.enter("one", CAPACITY);
            return room.enterFromStream("one", 1).onSuccess(problem -> heard.add(problem == null ? "in" : "refused"));
        });
        vertx.timer(300, TimeUnit.MILLISECONDS).await(5, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(heard))).isEmpty();

        kafkaAway.set(true);

        await().atMost(Duration.ofSeconds(10)).until(() -> onLoop(() -> List.copyOf(heard)), List.of("in")::equals);
    }

    /** The next of its entity hears of it, and makes room for others, while the room is still sending guests away. */
    @Test
    void shouldBearThatARefusalLetsOthersIn() throws Exception {
        AtomicReference<Throwable> fault = new AtomicReference<>();
        vertx.exceptionHandler(fault::set);
        WaitingRoom room = room(10, Duration.ofMillis(100));
        onLoop(() -> {
            room.enter("one", CAPACITY);
            room.enter("one", 1).onSuccess(problem -> {
                heard.add(problem == null ? "in" : "refused");
                room.leave(CAPACITY);
            });
            return room.enter("two", 1).onSuccess(problem -> heard.add(problem == null ? "in" : "refused"));
        });

        await().atMost(Duration.ofSeconds(10)).until(() -> onLoop(() -> List.copyOf(heard)), List.of("refused", "in")::equals);
        assertThat(onLoop(fault::get)).isNull();
    }

    @Test
    void shouldLetRequestsAndStreamsOfAClientInByTurns() throws Exception {
        WaitingRoom room = room(10, Duration.ofSeconds(5));
        onLoop(() -> {
            room.enter("one", CAPACITY);
            for (int i = 0; i < 3; i++) {
                room.enterFromStream("one", 10).onSuccess(in -> heard.add("line"));
            }
            room.enter("one", 10).onSuccess(in -> heard.add("request"));
            room.enter("one", 10).onSuccess(in -> heard.add("request"));
            room.leave(CAPACITY);
            return null;
        });

        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly("request", "line", "request", "line", "line");
    }

    @Test
    void shouldLeaveHalfOfTheRoomToRequests() throws Exception {
        WaitingRoom room = room(10, Duration.ofSeconds(5));
        assertThat(room.shareOfEach(3, 1_000)).as("while nobody waits").isEqualTo(333);
        assertThat(room.shareOfEach(2_000, 1_000)).isEqualTo(1);
        onLoop(() -> {
            room.enter("one", CAPACITY);
            return room.enterFromStream("one", 1);
        });

        assertThat(room.shareOfEach(2, 1_000)).isEqualTo(2);
        assertThat(room.shareOfEach(100, 1_000)).isEqualTo(1);
    }

    @Test
    void shouldGiveStreamsNoMoreThanIsLetInSoon() throws Exception {
        Throttle throttle = new Throttle(Duration.ofSeconds(60));
        throttle.onPressure(0.75, System.nanoTime());
        WaitingRoom room = room(10_000, Duration.ofSeconds(5), throttle, System::nanoTime);
        onLoop(() -> {
            room.enterFromStream("one", CAPACITY);
            return room.enterFromStream("one", CAPACITY);
        });

        assertThat(room.shareOfEach(1, 1_000)).as("events, of 500/s").isEqualTo(250);
    }
}
