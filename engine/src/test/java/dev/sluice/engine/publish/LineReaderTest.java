package dev.sluice.engine.publish;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

import static org.assertj.core.api.Assertions.assertThat;

class LineReaderTest {

    @Test
    void shouldReadLinesOfAnyEnd() throws IOException {
        LineReader lines = reader("a\r\n\nb", 10);

        assertThat(lines.next()).asString().isEqualTo("a");
        assertThat(lines.next()).asString().isEmpty();
        assertThat(lines.next()).asString().isEqualTo("b");
        assertThat(lines.next()).isNull();
    }

    @Test
    void shouldNotHoldMoreOfALineThanTheLimitAndGoOnAfterIt() throws IOException {
        LineReader lines = reader("123456789\nx\n", 4);

        assertThat(lines.next()).hasSize(4);
        assertThat(lines.wasTooLong()).isTrue();
        assertThat(lines.next()).asString().isEqualTo("x");
        assertThat(lines.wasTooLong()).isFalse();
    }

    private static LineReader reader(String text, int limit) {
        return new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limit);
    }
}
