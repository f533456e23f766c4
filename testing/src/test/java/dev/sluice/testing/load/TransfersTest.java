package dev.sluice.testing.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class TransfersTest {

    private final Transfers transfers = new Transfers(42, 20_000);

    @Test
    void shouldNumberEachAccountsEventsFromOne() throws Exception {
        Map<String, Integer> last = new HashMap<>();
        for (int n = 0; n < transfers.events(); n++) {
            JsonNode event = new ObjectMapper().readTree(transfers.json(n));
            assertThat(event.path("sequence").asText()).isEqualTo("" + last.merge(event.path("subject").asText(), 1, Integer::sum));
            assertThat(transfers.numberOf(event.path("source").asText() + " " + event.path("id").asText())).hasValue(n);
            JsonNode data = event.path("data");
            assertThat(data.path("from").asText().equals(data.path("to").asText())).isEqualTo(transfers.doomed(n));
            assertThat(data.path("amount").asText()).matches("[0-9]+\\.[0-9]{2}");
        }
    }

    @Test
    void shouldMoveMoneyAndMakeNone() {
        int[] once = new int[transfers.events()];
        Arrays.fill(once, 1);
        long[] balances = transfers.balances(once);
        assertThat(Arrays.stream(balances).sum()).isZero();

        once[7] = 2;
        assertThat(transfers.balances(once)).as("a second application shows").isNotEqualTo(balances);
    }

    @Test
    void shouldKnowNoStrangers() {
        assertThat(transfers.numberOf("/prove/42 20000")).isEmpty();
        assertThat(transfers.numberOf("/prove/43 1")).isEmpty();
        assertThat(transfers.numberOf("/prove/42 x")).isEmpty();
    }

    @Test
    void shouldDoomAFew() {
        long doomed = java.util.stream.IntStream.range(0, transfers.events()).filter(transfers::doomed).count();
        assertThat(doomed).isBetween(5L, 60L);
    }
}
