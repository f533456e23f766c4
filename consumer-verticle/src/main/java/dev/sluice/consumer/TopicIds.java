package dev.sluice.consumer;

import org.apache.kafka.clients.admin.Admin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Kafka's ids of topics, asked for once each. Blocks: for a poll thread. */
final class TopicIds implements Function<String, String> {

    private static final long DEADLINE_SECONDS = 10;

    private final Map<String, String> client;
    private final Map<String, String> known = new HashMap<>();

    TopicIds(Map<String, String> client) {
        this.client = client;
    }

    /** @throws IllegalStateException when Kafka does not tell within 10 s */
    @Override
    public String apply(String topic) {
        return known.computeIfAbsent(topic, this::ask);
    }

    private String ask(String topic) {
        try (Admin admin = Admin.create(new HashMap<>(client))) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .get(topic).topicId().toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for the id of topic " + topic, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Kafka does not tell the id of topic " + topic, e);
        }
    }
}
