package dev.sluice.testing.guarantee;

import java.util.OptionalInt;

/** The events of a proof, numbered from 0. */
public interface Production {

    int events();

    /** As {@code event_id} has it. */
    String identity(int n);

    /** The reverse of {@link #identity}; empty for an event that is none of these. */
    OptionalInt numberOf(String identity);

    /** Whether the handler under proof must refuse it for good. */
    boolean doomed(int n);
}
