package dev.sluice.consumer;

import dev.sluice.config.InvalidSetting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HandlersTest {

    private final Handlers handlers = new Handlers();

    private static Subscription subscription(String handler, SequenceMode sequences) {
        return new Subscription("group", "events", handler, Ordering.KEY, sequences, null, null, null, null, Map.of());
    }

    /** A skipped transfer is money lost. */
    @ParameterizedTest
    @ValueSource(strings = {"ledger", "audit", "payment-state", "http"})
    void shouldSkipNoOlderEventWhereEachCounts(String handler) {
        assertThatThrownBy(() -> handlers.forSubscription(subscription(handler, SequenceMode.LATEST_WINS)))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("consumer.subscriptions[].sequences: 'latest-wins'").hasMessageContaining("'" + handler + "' counts each event");
    }

    @Test
    void shouldSkipOlderEventsOfAState() {
        assertThat(handlers.forSubscription(subscription("entity-state", SequenceMode.LATEST_WINS)).name()).isEqualTo("entity-state");
    }

    @Test
    void shouldSayWhichHandlersThereAre() {
        assertThatThrownBy(() -> handlers.forSubscription(subscription("entity-sate", SequenceMode.NONE)))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("'entity-sate'").hasMessageContaining("audit, entity-state, http, ledger");
    }
}
