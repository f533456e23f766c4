package dev.sluice.bus;

/** @param offset the next one that is read @param refused why not; null when it goes on */
public record PartitionResumed(long offset, String refused) implements Message {
}
