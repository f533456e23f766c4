package dev.sluice.lag;

public record LagSettings() {
}
