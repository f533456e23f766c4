package dev.sluice.engine.deploy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Creates what is missing, changes nothing that exists, and warns of settings that lose data. Blocks. */
final class TopicCreation {

    private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);
    private static final long DEADLINE_SECONDS = 30;
    private static final long NOT_YET_MILLIS = 200;

    private final Admin admin;

    TopicCreation(Admin admin) {
        this.admin = admin;
    }

    void create(List<TopicPlan> plans) {
        Set<String> created = new HashSet<>();
        admin.createTopics(plans.stream().map(TopicPlan::toNewTopic).toList()).values().forEach((topic, creation) -> {
            if (awaitCreated(topic, creation)) {
                created.add(topic);
            }
        });
        awaitServed(created);
        Map<String, TopicPlan> byName = plans.stream().collect(Collectors.toMap(TopicPlan::name, plan -> plan));
        check(byName);
    }

    /** @return false when it was there already */
    private static boolean awaitCreated(String topic, KafkaFuture<Void> creation) {
        try {
            creation.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            LOG.info("created topic={}", topic);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw new StartRefused("the topic " + topic + " can't be created: " + Await.reason(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            throw new StartRefused("the topic " + topic + " was not created within " + DEADLINE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartRefused("interrupted while creating the topic " + topic, e);
        }
    }

    /**
     * A leader that doesn't know yet of its new partition refuses a producer's first batch and may take the second: then the
     * first is refused until it expires (KAFKA-15591). So nobody publishes before each leader has told its offsets.
     */
    private void awaitServed(Set<String> topics) {
        Map<TopicPartition, OffsetSpec> partitions = ask(() -> admin.describeTopics(topics).allTopicNames()).values().stream()
                .flatMap(topic -> topic.partitions().stream().map(part -> new TopicPartition(topic.name(), part.partition())))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        ask(() -> admin.listOffsets(partitions).all());
    }

    private void check(Map<String, TopicPlan> plans) {
        List<ConfigResource> resources = plans.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
        Map<ConfigResource, Config> settings = ask(() -> admin.describeConfigs(resources).all());
        Map<String, TopicDescription> topics = ask(() -> admin.describeTopics(plans.keySet()).allTopicNames());
        settings.forEach((resource, config) -> {
            Map<String, String> actual = config.entries().stream().filter(entry -> entry.value() != null)
                    .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
            plans.get(resource.name()).dangersIn(actual)
                    .forEach(danger -> LOG.warn("topic={} can lose data: {}", resource.name(), danger));
        });
        long single = topics.values().stream().filter(topic -> topic.partitions().get(0).replicas().size() == 1).count();
        if (single > 0) {
            LOG.warn("{} of {} topics have one copy of each record: a lost disk loses events (fine for trying out)",
                    single, topics.size());
        }
        topics.values().stream().filter(topic -> topic.partitions().size() != plans.get(topic.name()).partitions())
                .forEach(topic -> LOG.warn("topic={} has partitions={}, configured are {}", topic.name(),
                        topic.partitions().size(), plans.get(topic.name()).partitions()));
    }

    /** A broker that has not heard yet of a topic just created is asked again. */
    private static <T> T ask(Supplier<KafkaFuture<T>> question) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            try {
                return question.get().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                boolean notYet = e.getCause() instanceof UnknownTopicOrPartitionException && System.nanoTime() < end;
                if (!notYet) {
                    throw new StartRefused("Kafka can't be asked about its topics: " + Await.reason(e), e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StartRefused("interrupted while asking Kafka about its topics", e);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(NOT_YET_MILLIS));
        }
    }
}
