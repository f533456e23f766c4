package dev.sluice.consumer;

public record ConsumerSettings() {
}
