package dev.sluice.bus;

/** Asks for the lag as it is now, not as it was at the last sample. */
public record LagQuestion() implements Message {
}
