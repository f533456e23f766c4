package dev.sluice.trace;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class LogScopeTest {

    private static final Map<String, String> ONE = Map.of("eventId", "1");
    private static final Map<String, String> TWO = Map.of("eventId", "2");

    private final Vertx vertx = Vertx.vertx();
    private final List<Map<String, String>> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoAlongThroughTimersAndWorkerThreadsAndEndWithTheWork() throws Exception {
        ended(() -> LogScope.within(() -> ONE, () -> {
            look();
            return vertx.timer(5).compose(due -> {
                look();
                return vertx.executeBlocking(() -> look());
            }).onSuccess(done -> look());
        }).onSuccess(done -> look()));

        assertThat(seen).containsExactly(ONE, ONE, ONE, ONE, Map.of());
    }

    @Test
    void shouldKeepWhatRunsAtTheSameTimeApart() throws Exception {
        ended(() -> Future.join(LogScope.within(() -> ONE, () -> vertx.timer(20).onSuccess(due -> look())),
                LogScope.within(() -> TWO, () -> vertx.timer(5).onSuccess(due -> look()))));

        assertThat(seen).containsExactly(TWO, ONE);
    }

    @Test
    void shouldTurnToOneEventOfABatchAfterTheOther() throws Exception {
        ended(() -> LogScope.within(Map::of, () -> {
            LogScope.turnTo(() -> ONE);
            return vertx.timer(5).onSuccess(due -> {
                look();
                LogScope.turnTo(() -> TWO);
                look();
            });
        }));

        assertThat(seen).containsExactly(ONE, TWO);
    }

    @Test
    void shouldBeEmptyOutsideOfVertx() {
        LogScope.turnTo(() -> ONE);

        assertThat(LogScope.fields()).isEmpty();
        assertThat(LogScope.within(() -> ONE, () -> Future.succeededFuture(LogScope.fields())).result()).isEmpty();
    }

    private boolean look() {
        return seen.add(LogScope.fields());
    }

    private void ended(java.util.function.Supplier<Future<?>> work) throws Exception {
        Future.future(done -> vertx.runOnContext(now -> work.get().<Void>mapEmpty().onComplete(done)))
                .toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
