package dev.sluice.engine.deploy;

import dev.sluice.config.KafkaSettings;
import org.apache.kafka.clients.admin.Admin;

import java.util.HashMap;
import java.util.Map;

/** The engine's own connection to Kafka. */
final class KafkaAdmin {

    private KafkaAdmin() {
    }

    /** @throws StartRefused when Kafka's client can't be made of these settings */
    static Admin create(KafkaSettings kafka, String node) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties("sluice-engine-" + node));
        properties.put("reconnect.backoff.max.ms", "1000");
        try {
            return Admin.create(properties);
        } catch (RuntimeException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new StartRefused("kafka: " + Await.reason(root) + " (kafka.bootstrap-servers, kafka.properties)", e);
        }
    }
}
