package dev.sluice.failure;

/** Names, in rules and headers, the failure of a record that nobody can read. Never thrown: it is known before. */
public final class UndecodableRecord {
    private UndecodableRecord() {
    }
}
