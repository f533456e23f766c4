package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import dev.sluice.config.InvalidSetting;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How the gateway listens, bounds, publishes and stops.
 *
 * @param port         0 takes any free port
 * @param topic        where {@code /v1/events} leads
 * @param maxDataSize  the largest {@code data} of one event; exactly so much passes
 * @param maxBatchSize the largest body of a batch, which is held in memory as a whole
 * @param bodyTimeout  a single event or batch must have arrived within it
 * @param idleTimeout  a connection is closed without a byte in either direction, or a whole request head, for so long
 * @param drainTimeout a stop waits so long for what was accepted
 * @param throttleHold so long after the consumers' pressure has gone no more is let in than before it
 * @param schemas      what the data of events must look like
 */
public record GatewaySettings(String host, int port, String topic, ByteSize maxDataSize, ByteSize maxBatchSize,
                              Duration bodyTimeout, Duration idleTimeout, Duration drainTimeout, Duration throttleHold,
                              Publishing publishing, Window window, Streams streams, Waiting waiting, Breaker breaker, Security security,
                              List<SchemaRule> schemas) {

    /** All attributes of one event together, in bytes. */
    static final int MAX_ATTRIBUTES_SIZE = 64 << 10;

    public GatewaySettings {
        InvalidSetting.requireText("gateway.host", host, "an address of this machine, such as 127.0.0.1 or 0.0.0.0");
        InvalidSetting.unless(port >= 0 && port <= 65_535, "gateway.port", port, "0 to 65535");
        InvalidSetting.requireText("gateway.topic", topic, "a declared topic");
        size("gateway.max-data-size", maxDataSize, 1, 512L << 20);
        size("gateway.max-batch-size", maxBatchSize, maxDataSize.bytes(), 1L << 30);
        positive("gateway.body-timeout", bodyTimeout);
        positive("gateway.idle-timeout", idleTimeout);
        positive("gateway.drain-timeout", drainTimeout);
        positive("gateway.throttle-hold", throttleHold);
        present("gateway.publishing", publishing);
        present("gateway.window", window);
        present("gateway.streams", streams);
        present("gateway.waiting", waiting);
        present("gateway.breaker", breaker);
        present("gateway.security", security);
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        InvalidSetting.unless(isLoopback(host) || security.tellsClientsApart() || security.allowUnsecured(), "gateway.host", host,
                "a loopback address, unless gateway.security names clients, or says allow-unsecured: true");
        size("gateway.publishing.buffer-memory", publishing.bufferMemory, 2 * maxDataSize.bytes(), 1L << 40);
    }

    /** What bodies may hold together, from their first byte to their answer: as much as the producer, or one batch. */
    long bodyMemory() {
        return Math.max(publishing.bufferMemory().bytes(), maxBatchSize.bytes());
    }

    /** The largest envelope around one event: {@code data} in base64, and room for the attributes. */
    int maxEnvelopeSize() {
        return Math.toIntExact(maxDataSize.bytes() * 4 / 3 + MAX_ATTRIBUTES_SIZE);
    }

    /**
     * The Kafka producer of one instance. Acknowledgement by all in-sync replicas, idempotence and five requests in
     * flight are no settings: what the gateway promises hangs on them.
     *
     * @param linger          an event waits so long at most for others to share a request, and not at all while Kafka has
     *                        acknowledged all that it was sent
     * @param compression     none, snappy, lz4 or zstd
     * @param bufferMemory    what one instance holds for Kafka at most, and what bodies hold that are on their way to it or
     *                        not answered; beyond it events are answered 503
     * @param deliveryTimeout an event without acknowledgement for so long is answered 503
     * @param metadataTimeout longest wait for the partitions of a topic, or for room in the producer's buffer
     */
    public record Publishing(Duration linger, ByteSize batchSize, String compression, ByteSize bufferMemory,
                             Duration deliveryTimeout, Duration requestTimeout, Duration metadataTimeout) {

        private static final Set<String> COMPRESSIONS = Set.of("none", "snappy", "lz4", "zstd");

        public Publishing {
            InvalidSetting.unless(linger != null && !linger.isNegative(), "gateway.publishing.linger", linger, "0ms or more");
            size("gateway.publishing.batch-size", batchSize, 0, 64L << 20);
            InvalidSetting.unless(compression != null && COMPRESSIONS.contains(compression),
                    "gateway.publishing.compression", compression, "none, snappy, lz4 or zstd");
            present("gateway.publishing.buffer-memory", bufferMemory);
            positive("gateway.publishing.request-timeout", requestTimeout);
            positive("gateway.publishing.metadata-timeout", metadataTimeout);
            InvalidSetting.unless(deliveryTimeout != null && deliveryTimeout.compareTo(linger.plus(requestTimeout)) >= 0,
                    "gateway.publishing.delivery-timeout", deliveryTimeout, "at least linger + request-timeout");
        }
    }

    /**
     * What repeats are recognised by.
     *
     * @param age    an identity is remembered for so long after its publication
     * @param events at most so many identities, and the latest half of them at least
     */
    public record Window(Duration age, int events) {

        public Window {
            positive("gateway.window.age", age);
            InvalidSetting.unless(events > 0 && events <= 10_000_000, "gateway.window.events", events, "1 to 10000000");
        }
    }

    /**
     * Of NDJSON bodies.
     *
     * @param inFlight      at most so many events are read and not answered, of one request with a length, or of all streams
     *                      without: each that has any may have an equal part
     * @param inFlightSize  and so many bytes
     * @param unreadAnswers so many bytes of answers may wait for the caller to read them; then the request is not read on.
     *                      Callers that send all before they read any need as much room as their answers take
     * @param allUnread     of all callers of one instance together; beyond it, who has read nothing for the longest is cut off
     */
    public record Streams(int inFlight, ByteSize inFlightSize, ByteSize unreadAnswers, ByteSize allUnread) {

        public Streams {
            InvalidSetting.unless(inFlight > 0 && inFlight <= 1_000_000, "gateway.streams.in-flight", inFlight, "1 to 1000000");
            size("gateway.streams.in-flight-size", inFlightSize, 1, 1L << 30);
            size("gateway.streams.unread-answers", unreadAnswers, 1, 1L << 30);
            size("gateway.streams.all-unread", allUnread, unreadAnswers.bytes(), 1L << 40);
        }
    }

    /**
     * The waiting room, for what is more than Kafka or the consumers take at the moment.
     *
     * @param deadline after so long an event is refused: 429 when the consumers are pressed, else 503
     * @param backoff  pause between two looks whether somebody may go on; each in vain doubles it
     */
    public record Waiting(int events, ByteSize size, Duration deadline, Duration backoff) {

        public Waiting {
            InvalidSetting.unless(events >= 0, "gateway.waiting.events", events, "0 or more");
            GatewaySettings.size("gateway.waiting.size", size, 0, 1L << 30);
            positive("gateway.waiting.deadline", deadline);
            positive("gateway.waiting.backoff", backoff);
        }
    }

    /**
     * Around Kafka.
     *
     * @param failures so many in a row open it
     * @param silence  so long without an acknowledgement, while one is due, opens it
     * @param open     after so long a ping decides
     */
    public record Breaker(int failures, Duration silence, Duration open) {

        public Breaker {
            InvalidSetting.unless(failures > 0, "gateway.breaker.failures", failures, "1 or more");
            positive("gateway.breaker.silence", silence);
            positive("gateway.breaker.open", open);
        }
    }

    /**
     * Who may publish.
     *
     * @param clientsFile    list of clients; empty: nobody is told apart
     * @param certificate    PEM file with the server's certificate chain; empty: no TLS
     * @param key            PEM file with its private key
     * @param clientCa       PEM file with the authority of the clients' certificates; empty: none are asked for
     * @param allowUnsecured listens on any address without clients
     * @param jwt            tokens that clients may show instead of a key
     */
    public record Security(String clientsFile, String certificate, String key, String clientCa, boolean allowUnsecured,
                           JwtSettings jwt) {

        public Security {
            clientsFile = clientsFile == null ? "" : clientsFile;
            certificate = certificate == null ? "" : certificate;
            key = key == null ? "" : key;
            clientCa = clientCa == null ? "" : clientCa;
            jwt = jwt == null ? JwtSettings.OFF : jwt;
            InvalidSetting.unless(!jwt.isOn() || !clientsFile.isBlank(), "gateway.security.jwt.jwks", jwt.jwks(),
                    "given together with gateway.security.clients-file, which says what each client may do");
            InvalidSetting.unless(certificate.isBlank() == key.isBlank(), "gateway.security.key", key,
                    "given together with gateway.security.certificate");
            InvalidSetting.unless(clientCa.isBlank() || !certificate.isBlank(), "gateway.security.client-ca", clientCa,
                    "given together with gateway.security.certificate");
        }

        boolean tellsClientsApart() {
            return !clientsFile.isBlank();
        }

        boolean hasTls() {
            return !certificate.isBlank();
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1") || host.equals("[::1]");
    }

    private static void present(String key, Object value) {
        InvalidSetting.unless(value != null, key, "", "a value");
    }

    private static void positive(String key, Duration value) {
        InvalidSetting.unless(value != null && value.toMillis() > 0, key, value, "a duration above 0ms");
    }

    private static void size(String key, ByteSize value, long least, long most) {
        InvalidSetting.unless(value != null && value.bytes() >= least && value.bytes() <= most, key, value,
                least + "B to " + new ByteSize(most));
    }
}
