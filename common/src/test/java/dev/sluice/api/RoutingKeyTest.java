package dev.sluice.api;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RoutingKeyTest {

    @ParameterizedTest
    @CsvSource({"order, 17, order:17", "a:b, c%d, a%3Ab:c%25d", "%3A, :, %253A:%3A", "é, ' ', 'é: '"})
    void shouldEscapeWhatWouldEndAPart(String type, String id, String text) {
        assertThat(new RoutingKey(type, id).text()).isEqualTo(text);
        assertThat(RoutingKey.parse(text)).contains(new RoutingKey(type, id));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"order", ":", "order:", ":17", "order:17:3", "a%:b", "a%2:b", "a%20:b", "a:%3"})
    void shouldNotReadAnythingElse(String text) {
        assertThat(RoutingKey.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%3a:b"})
    void shouldReadAnEscapeInSmallLetters(String text) {
        assertThat(RoutingKey.parse(text)).contains(new RoutingKey("a:", "b"));
    }

    @Property
    void shouldReadBackWhateverItWrites(@ForAll @StringLength(min = 1, max = 20) String type,
                                        @ForAll @StringLength(min = 1, max = 20) String id) {
        RoutingKey key = new RoutingKey(type, id);
        assertThat(RoutingKey.parse(key.text())).contains(key);
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "a, ''"})
    void shouldRefuseAnEmptyPart(String type, String id) {
        assertThatThrownBy(() -> new RoutingKey(type, id)).hasMessageContaining("needs a type and an id");
    }
}
