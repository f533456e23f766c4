package dev.sluice.consumer.handlers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;

/**
 * What a payment event says: {@code {"user_id", "amount", "currency", "status"}}, of which only {@code status} must be
 * there. An amount is a number, or text with a decimal number in it, and stays exact.
 *
 * @param occurredAt the event's own time, or that of its acceptance
 */
record Payment(Event event, String userId, BigDecimal amount, String currency, String status,
               OffsetDateTime occurredAt) {

    /** Which of two states of the same event is the newer. */
    static final Comparator<Payment> AGE = Comparator
            .comparingLong((Payment payment) -> payment.event.requireSequence())
            .thenComparing(Payment::occurredAt);

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build().readerFor(JsonNode.class);
    /** Digits of an amount, before and after its point; a short text can stand for gigabytes of them. */
    private static final int MOST_DIGITS = 1_000;

    /** @throws PermanentFailure naming the field and what it must be, never what it was */
    static Payment of(Event event) {
        JsonNode data = object(event);
        String status = text(event, data, "status");
        if (status == null || status.isBlank()) {
            throw refused(event, "status", "a text that is not blank");
        }
        return new Payment(event, text(event, data, "user_id"), amount(event, data.path("amount")),
                text(event, data, "currency"), status,
                event.time().orElse(event.origin().timestamp()).atOffset(ZoneOffset.UTC));
    }

    private static JsonNode object(Event event) {
        String json = Columns.json(event);
        try {
            JsonNode data = json == null ? null : JSON.readTree(json);
            if (data != null && data.isObject()) {
                return data;
            }
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("event " + event.id() + ": data is no JSON", e);
        }
        throw new PermanentFailure("event " + event.id() + ": data must be a JSON object with at least a status");
    }

    private static String text(Event event, JsonNode data, String field) {
        JsonNode value = data.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw refused(event, field, "a text");
        }
        return value.asText();
    }

    private static BigDecimal amount(Event event, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        try {
            if (value.isNumber() || value.isTextual()) {
                BigDecimal amount = value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText());
                if (Math.abs((long) amount.scale()) <= MOST_DIGITS && amount.precision() <= MOST_DIGITS) {
                    return amount;
                }
            }
        } catch (NumberFormatException noNumber) {
            throw refused(event, "amount", "a decimal number");
        }
        throw refused(event, "amount", "a decimal number of at most " + MOST_DIGITS + " digits");
    }

    private static PermanentFailure refused(Event event, String field, String allowed) {
        return new PermanentFailure("event " + event.id() + ": data." + field + " must be " + allowed);
    }
}
