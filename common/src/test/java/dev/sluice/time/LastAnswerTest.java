package dev.sluice.time;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class LastAnswerTest {

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicInteger questions = new AtomicInteger();
    private volatile Future<String> answer = Future.succeededFuture("first");
    private LastAnswer<String> known;

    @BeforeEach
    void make() throws Exception {
        known = onContext(() -> Future.succeededFuture(new LastAnswer<>(vertx, 50, "nothing yet", () -> {
            questions.incrementAndGet();
            return answer;
        })));
    }

    @AfterEach
    void close() throws Exception {
        ended(vertx.close());
    }

    @Test
    void shouldSayTheAnswerBeforeWhileNobodyAnswersAndGatherNoQuestions() throws Exception {
        assertThat(ask()).isEqualTo("first");
        answer = Promise.<String>promise().future();

        assertThat(ask()).isEqualTo("first");
        assertThat(ask()).isEqualTo("first");

        assertThat(questions).hasValue(2);
    }

    @Test
    void shouldTakeALateAnswerAndAskAnewAfterIt() throws Exception {
        Promise<String> late = Promise.promise();
        answer = late.future();
        assertThat(ask()).isEqualTo("nothing yet");
        late.complete("late");
        answer = Promise.<String>promise().future();

        assertThat(ask()).isEqualTo("late");
        assertThat(questions).hasValue(2);
    }

    @Test
    void shouldKeepWhatItKnowsThroughAFailure() throws Exception {
        assertThat(ask()).isEqualTo("first");
        answer = Future.failedFuture("away");

        assertThat(ask()).isEqualTo("first");
    }

    private String ask() throws Exception {
        return onContext(known::ask);
    }

    private <T> T onContext(Supplier<Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(now -> work.get().onComplete(done));
        return ended(done.future());
    }

    private static <T> T ended(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
