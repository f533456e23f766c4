package dev.sluice.event;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.math.BigInteger;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;

class SequencesPropertyTest {

    @Property(tries = 500)
    void shouldReadEveryWholeNumberThatItCanHold(@ForAll long number) {
        assertThat(Sequences.parse(Long.toString(number)))
                .isEqualTo(number < 0 ? OptionalLong.empty() : OptionalLong.of(number));
    }

    @Property(tries = 2_000)
    void shouldReadNothingElse(@ForAll String text) {
        OptionalLong read = Sequences.parse(text);
        if (read.isPresent()) {
            assertThat(text).matches("[0-9]{1,20}");
            assertThat(new BigInteger(text)).isEqualTo(BigInteger.valueOf(read.getAsLong()));
        }
    }
}
