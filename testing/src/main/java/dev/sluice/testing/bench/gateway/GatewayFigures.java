package dev.sluice.testing.bench.gateway;

/**
 * Medians over the runs.
 *
 * @param bare     single posts a second to a server that parses them and answers
 * @param singles  single posts a second to the gateway, each acknowledged by Kafka
 * @param p99      of those, in ms
 * @param streamed events a second in NDJSON streams to the gateway, each acknowledged by Kafka
 */
public record GatewayFigures(double bare, double singles, double p50, double p99, double streamed) {

    public double ratio() {
        return singles / bare;
    }

    @Override
    public String toString() {
        return "bare %.0f/s   single posts %.0f/s (%.2f of bare, p50 %.1f ms, p99 %.1f ms)   NDJSON %.0f/s"
                .formatted(bare, singles, ratio(), p50, p99, streamed);
    }
}
