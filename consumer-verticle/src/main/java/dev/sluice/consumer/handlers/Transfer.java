package dev.sluice.consumer.handlers;

import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.math.BigDecimal;

/** What a ledger event says: {@code {"from", "to", "amount"}}, an amount above zero between two accounts. */
record Transfer(String id, String from, String to, BigDecimal amount) {

    /** @throws PermanentFailure for data that is none of a transfer */
    static Transfer of(Event event) {
        EventData data = EventData.of(event, "from", "to", "amount");
        String from = data.requireText("from");
        String to = data.requireText("to");
        if (from.equals(to)) {
            throw data.refused("to", "another account than data.from");
        }
        BigDecimal amount = data.decimal("amount");
        if (amount == null || amount.signum() <= 0) {
            throw data.refused("amount", "a decimal number above 0");
        }
        return new Transfer(event.id(), from, to, amount);
    }
}
