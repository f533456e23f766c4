package dev.sluice.dlq;

public record DlqSettings() {
}
