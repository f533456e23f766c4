package dev.sluice.testing.bench.baseline;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;

/** A payment event as the baselines read it: Jackson into records, as anybody would. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Payment(String eventId, String entityId, long sequence, Data data) {

    /** Its payload. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Data(String user_id, String amount, String currency, String status) {
    }

    private static final ObjectReader JSON = new JsonMapper().readerFor(Payment.class);

    static Payment of(byte[] value) throws IOException {
        return JSON.readValue(value);
    }
}
