package dev.sluice.event;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

class CommonNamesTest {

    private final CommonNames names = new CommonNames();

    @Test
    void shouldKeepOneOfEqualTexts() {
        assertThat(of("xpayment.settledx", 1, 15)).isEqualTo("payment.settled").isSameAs(of("payment.settled", 0, 15));
        assertThat(of("", 0, 0)).isEmpty();
    }

    @Test
    void shouldKeepNoLongTexts() {
        String text = "x".repeat(65);

        assertThat(of(text, 0, 65)).isEqualTo(text).isNotSameAs(of(text, 0, 65));
    }

    /** Texts that share a place, too. */
    @Test
    void shouldNeverGiveAnotherText() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            String text = Integer.toString(random.nextInt(2_000), 36);
            assertThat(of("Aa" + text + "BB", 2, text.length())).isEqualTo(text);
        }
    }

    private String of(String text, int from, int length) {
        return names.of(text.toCharArray(), from, length);
    }
}
