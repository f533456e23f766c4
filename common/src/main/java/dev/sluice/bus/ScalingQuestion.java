package dev.sluice.bus;

/** Asks how many consumer instances each group should have. */
public record ScalingQuestion() implements Message {
}
