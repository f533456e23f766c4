package dev.sluice.store;

import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
@ExtendWith(StackExtension.class)
class SeatTest {

    private final Vertx first = Vertx.vertx();
    private final Vertx second = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        first.close().toCompletionStage().toCompletableFuture().get();
        second.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void shouldBelongToOneAndGoToThePeerOfOneThatLeaves(Postgres postgres) {
        Seat one = seat(first, postgres);
        Seat other = seat(second, postgres);
        assertThat(one.isOurs()).isTrue();
        assertThat(other.isOurs()).isFalse();

        one.close();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(other::isOurs);
    }

    @Test
    void shouldGoToThePeerOfOneWhoseSessionIsGone(Postgres postgres) throws Exception {
        Seat one = seat(first, postgres);
        Seat other = seat(second, postgres);
        assertThat(one.isOurs()).isTrue();

        assertThat(endTheHoldersSession(postgres)).isTrue();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isHeld(postgres));
        Awaitility.await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(() -> one.isOurs() ^ other.isOurs());
    }

    @Test
    void shouldGoToThePeerOfOneThatIsFrozenAndNotComeBackWhenItThaws(Postgres postgres) {
        Queue<Boolean> told = new ConcurrentLinkedQueue<>();
        Seat one = seat(first, postgres, told::add);
        Seat other = seat(second, postgres);
        CountDownLatch thaw = new CountDownLatch(1);
        ((VertxInternal) first).nettyEventLoopGroup().forEach(loop -> loop.execute(() -> await(thaw)));

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(other::isOurs);
        assertThat(one.isOurs()).as("whatever it does first when it wakes").isFalse();
        thaw.countDown();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> told.contains(false));
        assertThat(one.isOurs()).isFalse();
        assertThat(other.isOurs()).isTrue();
    }

    /** A look that PostgreSQL answers too late is the last one on another thread, if it is told there. */
    @Test
    @Tag("long")
    void shouldTellOfChangesOnItsOwnThreadAlsoAfterALookThatTookTooLong(Postgres postgres) throws Exception {
        Queue<Thread> told = new ConcurrentLinkedQueue<>();
        Seat one = seat(first, postgres, ours -> told.add(Thread.currentThread()));
        assertThat(one.isOurs()).isTrue();
        postgres.freeze();
        try {
            long tooLate = System.nanoTime() + Duration.ofSeconds(7).toNanos();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> System.nanoTime() > tooLate);
        } finally {
            postgres.resume();
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> isHeld(postgres));

        Seat other = seat(second, postgres);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            if (!other.isOurs()) {
                endTheHoldersSession(postgres);
            }
            return other.isOurs() && !one.isOurs();
        });

        assertThat(told).hasSizeGreaterThan(1).containsOnly(told.peek());
    }

    private static void await(CountDownLatch thaw) {
        try {
            thaw.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Seat seat(Vertx vertx, Postgres postgres) {
        return seat(vertx, postgres, ours -> { });
    }

    private static Seat seat(Vertx vertx, Postgres postgres, Consumer<Boolean> onChanged) {
        AtomicReference<Seat> seat = new AtomicReference<>();
        vertx.runOnContext(now -> {
            Seat made = new Seat(vertx, PostgresSettings.of(postgres.host(), postgres.port(),
                    postgres.database(), postgres.user(), postgres.password()), "test", onChanged);
            made.start().onComplete(known -> seat.set(made));
        });
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> seat.get() != null);
        return seat.get();
    }

    private static boolean endTheHoldersSession(Postgres postgres) throws Exception {
        return ask(postgres, "SELECT count(pg_terminate_backend(pid)) ") == 1;
    }

    private static boolean isHeld(Postgres postgres) throws Exception {
        return ask(postgres, "SELECT count(*) ") == 1;
    }

    private static int ask(Postgres postgres, String question) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + postgres.host() + ":"
                + postgres.port() + "/" + postgres.database(), postgres.user(), postgres.password());
             ResultSet answer = connection.createStatement().executeQuery(question + "FROM pg_locks WHERE locktype = "
                     + "'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                     + " AND objsubid = 1")) {
            answer.next();
            return answer.getInt(1);
        }
    }
}
