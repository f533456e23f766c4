package dev.sluice.config;

import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

class ByteSizePropertyTest {

    @Property(tries = 1_000)
    void shouldReadWhatItWrote(@ForAll @LongRange(min = 0, max = 1L << 50) long bytes) {
        assertThat(ByteSize.parse(new ByteSize(bytes).toString())).isEqualTo(new ByteSize(bytes));
    }

    @Property(tries = 2_000)
    void shouldReadOrSayWhatIsAllowed(@ForAll @From("sizes") String text) {
        try {
            assertThat(ByteSize.parse(text).bytes()).isNotNegative();
        } catch (IllegalArgumentException wrong) {
            assertThat(wrong).hasMessageContaining("allowed");
        }
    }

    @Provide
    Arbitrary<String> sizes() {
        return Arbitraries.oneOf(Arbitraries.strings(), Arbitraries.strings().withChars("0123456789.-+eE KMGiB").ofMaxLength(30));
    }
}
