package dev.sluice.event;

import dev.sluice.event.RawRecord.Header;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class HeaderBytesTest {

    @Test
    void shouldReadWhatItWrote() {
        List<Header> headers = List.of(Header.of("ce_id", "1"), new Header("", null), Header.of("ce_id", "ü\0"),
                new Header("raw\0", new byte[] {0, -1}), new Header("empty", new byte[0]));

        assertThat(HeaderBytes.read(HeaderBytes.write(headers))).usingRecursiveComparison().isEqualTo(headers);
        assertThat(HeaderBytes.read(HeaderBytes.write(List.of()))).isEmpty();
    }
}
