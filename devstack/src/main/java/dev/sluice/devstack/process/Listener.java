package dev.sluice.devstack.process;

/**
 * Another way into Kafka, for clients that reach it through something in between: they are told to come back there.
 *
 * @param name           capitals only, unlike any other
 * @param port           where Kafka listens
 * @param advertisedPort where such a client is sent to
 */
public record Listener(String name, int port, int advertisedPort) {

    public Listener {
        if (!name.matches("[A-Z]+") || name.equals("PLAINTEXT") || name.equals("CONTROLLER")) {
            throw new IllegalArgumentException("a listener's name '" + name + "' is not allowed; allowed: capitals, not PLAINTEXT or CONTROLLER");
        }
    }
}
