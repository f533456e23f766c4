package dev.sluice.trace;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class TracesTest {

    private static final String HEADER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void shouldReadWhatItWrites() {
        assertThat(Traces.contextOf(HEADER)).get().satisfies(span -> {
            assertThat(span.getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(span.isSampled()).isTrue();
            assertThat(Traces.traceparent(span)).isEqualTo(HEADER);
        });
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6"})
    void shouldTakeNonsenseForNothing(String header) {
        assertThat(Traces.contextOf(header)).isEmpty();
        assertThat(Traces.idOf(header)).isEqualTo("none");
    }

    @Test
    void shouldBeOffUnlessSomebodyListens() {
        assertThat(Traces.OFF.areOn()).isFalse();
    }
}
