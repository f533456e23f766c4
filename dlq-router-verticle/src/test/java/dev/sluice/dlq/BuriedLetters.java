package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Acted;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.bus.Node;
import dev.sluice.bus.Routed;
import dev.sluice.event.RawRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A router and its letters, on a real Kafka and PostgreSQL. Each test finds its own letters by an error text of its own. */
abstract class BuriedLetters extends RoutingStack {

    final String mark = UUID.randomUUID().toString();

    @Override
    void deploy() {
        deployment = router();
    }

    String router() {
        return ended(vertx.deployVerticle(new DlqRouterVerticle(DlqSettings.standard(),
                kafkaSettings(), postgres,
                new Node("node-1", bus, new SimpleMeterRegistry()))));
    }

    void bury(int letters) {
        bury(letters, Failures.VALUE);
    }

    void bury(int letters, byte[] value) {
        RawRecord record = new RawRecord("events", 5, 77, 1_700_000_000_123L, Failures.KEY, value, List.of());
        IntStream.range(0, letters).forEach(i -> assertThat(ended(bus.ask(Addresses.ROUTE_FAILURE,
                Failures.of(record, UUID.randomUUID().toString(),
                        new dev.sluice.failure.ErrorInfo(List.of("dev.sluice.api.PermanentFailure"), null, 0,
                                "refused " + mark, ""))))).isInstanceOf(Routed.Dead.class));
    }

    void awaitOpen(int letters) {
        await().atMost(Duration.ofSeconds(40)).until(() -> list(marked("open")).size() == letters);
    }

    Filter marked(String state) {
        return new Filter(null, null, null, null, mark.toUpperCase(java.util.Locale.ROOT), null, null, null, null, state);
    }

    List<Letter> list(Filter filter) {
        return ended(bus.ask(Addresses.LIST_LETTERS, new DeadLetters.ListLetters(filter, 0, 100))).letters();
    }

    Acted act(String action, boolean dryRun) {
        return ended(bus.ask(Addresses.ACT_ON_LETTERS, new Act(action, marked(null), "anna", mark, dryRun, 100, 0, 0)));
    }

    long audited(String action) {
        return actions(null, 0, 1_000).actions().stream().filter(each -> each.actor().equals("anna") && each.reason().equals(mark)
                && each.action().equals(action)).mapToLong(DeadLetters.Action::letters).sum();
    }

    DeadLetters.Actions actions(String letter, long before, int limit) {
        return ended(bus.ask(Addresses.LIST_ACTIONS, new DeadLetters.ListActions(letter, null, null, before, limit)));
    }

    long count(String from) {
        return ended(pool.query("SELECT count(*) FROM " + from).execute()).iterator().next().getLong(0);
    }
}
