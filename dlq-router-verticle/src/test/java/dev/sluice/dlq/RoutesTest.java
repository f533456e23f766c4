package dev.sluice.dlq;

import dev.sluice.bus.Routed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

class RoutesTest {

    private static final Routed DEAD = new Routed.Dead("dlq.errors", 0, 1, "PERMANENT");

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger executed = new AtomicInteger();
    private final Routes routes = new Routes(clock::get);

    @Test
    void shouldJoinTheSameRouteWhileItIsUnderWay() {
        Promise<Routed> ending = Promise.promise();
        Future<Routed> first = routes.once("r", counted(ending.future()));
        Future<Routed> second = routes.once("r", counted(ending.future()));

        ending.complete(DEAD);

        assertThat(first.result()).isEqualTo(DEAD);
        assertThat(second.result()).isEqualTo(DEAD);
        assertThat(executed).hasValue(1);
    }

    @Test
    void shouldGiveTheSameAnswerForFiveMinutes() {
        routes.once("r", counted(Future.succeededFuture(DEAD)));

        clock.set(299_999);
        routes.once("r", counted(Future.succeededFuture(DEAD)));
        assertThat(executed).hasValue(1);

        clock.set(300_000);
        routes.once("r", counted(Future.succeededFuture(DEAD)));
        assertThat(executed).hasValue(2);
    }

    @Test
    void shouldExecuteAgainWhatWasNotRouted() {
        routes.once("r", counted(Future.succeededFuture(new Routed.NotRouted("away"))));

        assertThat(routes.once("r", counted(Future.succeededFuture(DEAD))).result()).isEqualTo(DEAD);
        assertThat(executed).hasValue(2);
    }

    @Test
    void shouldForgetTheOldestOfMoreThanTenThousand() {
        for (int route = 0; route <= 10_000; route++) {
            routes.once("r" + route, counted(Future.succeededFuture(DEAD)));
        }
        executed.set(0);

        routes.once("r1", counted(Future.succeededFuture(DEAD)));
        routes.once("r0", counted(Future.succeededFuture(DEAD)));

        assertThat(executed).hasValue(1);
    }

    private Supplier<Future<Routed>> counted(Future<Routed> ending) {
        return () -> {
            executed.incrementAndGet();
            return ending;
        };
    }
}
