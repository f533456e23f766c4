package dev.sluice.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where Kafka is.
 *
 * @param bootstrapServers {@code host:port}, several joined by commas
 * @param properties       further client settings by Kafka's own names (security, for one), for every client
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> properties) {

    public KafkaSettings {
        InvalidSetting.requireText("kafka.bootstrap-servers", bootstrapServers, "host:port, several joined by commas");
        properties = properties == null ? Map.of() : Map.copyOf(properties);
    }

    /** For any client: where, the contract's backoff (100 ms doubling to 30 s), and the properties given. */
    public Map<String, String> clientProperties(String clientId) {
        Map<String, String> client = new LinkedHashMap<>();
        client.put("bootstrap.servers", bootstrapServers);
        client.put("client.id", clientId);
        client.put("reconnect.backoff.ms", "100");
        client.put("reconnect.backoff.max.ms", "30000");
        client.put("retry.backoff.ms", "100");
        client.put("retry.backoff.max.ms", "30000");
        client.putAll(properties);
        return client;
    }

    /** For a client that events wait for: it asks a Kafka that was away again within a second or so, however long it was. */
    public Map<String, String> promptProperties(String clientId) {
        Map<String, String> client = clientProperties(clientId);
        for (String longest : List.of("reconnect.backoff.max.ms", "retry.backoff.max.ms")) {
            client.put(longest, properties.getOrDefault(longest, "1000"));
        }
        return client;
    }

    /** The properties may hold passwords. */
    @Override
    public String toString() {
        return "KafkaSettings[bootstrapServers=" + bootstrapServers + ", properties=" + properties.keySet() + "]";
    }
}
