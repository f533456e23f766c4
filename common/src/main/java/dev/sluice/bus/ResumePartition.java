package dev.sluice.bus;

/** An operator's word about a partition that stands still, because the offsets it would read are gone. @param from {@code earliest}, or an offset */
public record ResumePartition(String from) implements Message {
}
