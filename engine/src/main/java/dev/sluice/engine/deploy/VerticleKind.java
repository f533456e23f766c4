package dev.sluice.engine.deploy;

/** What a node can run, in the order in which it is deployed: who is asked before who asks. */
public enum VerticleKind {

    DLQ_ROUTER("dlq-router", "dlq-router-verticle"),
    LAG_MONITOR("lag-monitor", "lag-monitor-verticle"),
    GATEWAY("gateway", "producer-gateway-verticle"),
    CONSUMER("consumer", "consumer-verticle");

    private final String word;
    private final String component;

    VerticleKind(String word, String component) {
        this.word = word;
        this.component = component;
    }

    /** As {@code --run} has it. */
    public String word() {
        return word;
    }

    /** As health, status and metrics have it. */
    public String component() {
        return component;
    }
}
