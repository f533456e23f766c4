package dev.sluice.gateway;

public record GatewaySettings() {
}
