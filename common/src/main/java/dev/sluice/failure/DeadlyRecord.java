package dev.sluice.failure;

/** Names, in rules and headers, an event that the process did not survive. Never thrown. */
public final class DeadlyRecord {
    private DeadlyRecord() {
    }
}
