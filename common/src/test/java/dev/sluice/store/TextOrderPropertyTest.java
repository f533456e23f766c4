package dev.sluice.store;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class TextOrderPropertyTest {

    @Property(tries = 2_000)
    void shouldBeThatOfTheTextsThemselves(@ForAll("texts") List<String> texts) {
        int[] expected = IntStream.range(0, texts.size()).boxed().sorted(Comparator.comparing(texts::get))
                .mapToInt(Integer::intValue).toArray();

        assertThat(TextOrder.of(texts.toArray(new String[0]))).containsExactly(expected);
    }

    @Property(tries = 200)
    void shouldSortTheArrayItself(@ForAll("texts") List<String> texts) {
        String[] sorted = texts.toArray(new String[0]);
        TextOrder.sort(sorted);

        assertThat(sorted).containsExactly(texts.stream().sorted().toArray(String[]::new));
    }

    /** Few characters, among them the largest that a key tells apart, so that many begin alike, are equal, or end early. */
    @Provide
    Arbitrary<List<String>> texts() {
        Arbitrary<String> beginning = Arbitraries.of("", "same beginning of all ", "\u00fcber ", "\u0000\u0000");
        Arbitrary<String> end = Arbitraries.strings().withChars('a', 'b', '}', '~', '\u007f', '\u00fc', '\uffff', '\u0000')
                .ofMaxLength(12);
        return beginning.flatMap(all -> end.map(each -> all + each).list().ofMaxSize(60));
    }
}
