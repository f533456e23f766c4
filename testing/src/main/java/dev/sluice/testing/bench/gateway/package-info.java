/** The gateway's speed over HTTP, beside a server that only parses. {@link dev.sluice.testing.bench.gateway.GatewayBench} is the way in. */
package dev.sluice.testing.bench.gateway;
