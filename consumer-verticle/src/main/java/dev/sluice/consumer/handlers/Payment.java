package dev.sluice.consumer.handlers;

import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;

/**
 * What a payment event says: {@code {"user_id", "amount", "currency", "status"}}, of which only {@code status} must be
 * there.
 *
 * @param amount     a decimal number, or null
 * @param occurredAt the event's own time, or that of its acceptance
 */
record Payment(Event event, String userId, String amount, String currency, String status,
               OffsetDateTime occurredAt) {

    /** Which of two states of the same event is the newer. */
    static final Comparator<Payment> AGE = Comparator
            .comparingLong((Payment payment) -> payment.event.requireSequence())
            .thenComparing(Payment::occurredAt);

    String id() {
        return event.id();
    }

    /** @throws PermanentFailure for data that is none of a payment */
    static Payment of(Event event) {
        EventData data = EventData.of(event, "user_id", "amount", "currency", "status");
        return new Payment(event, data.text("user_id"), data.plainDecimal("amount"), data.text("currency"),
                data.requireText("status"), event.time().orElse(event.origin().timestamp()).atOffset(ZoneOffset.UTC));
    }
}
