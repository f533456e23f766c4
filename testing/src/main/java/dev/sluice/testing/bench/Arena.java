package dev.sluice.testing.bench;

import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.store.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A stack of its own for all subjects of a benchmark: the same topics, the same tables, emptied before each run. */
final class Arena implements AutoCloseable {

    private static final int TRIES = 50;

    private final Path folder;
    private final ProcessStack stack;
    private final Admin admin;

    /** @param folder logs, and the data of the stack, gone at the next start */
    Arena(Path folder, Path programs) {
        this.folder = folder;
        stack = ProcessStack.empty(folder.resolve("stack"), programs);
        stack.start();
        admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()));
        Schema.migrate(PostgresSettings.of(stack.postgres().host(), stack.postgres().port(),
                stack.postgres().database(), stack.postgres().user(), stack.postgres().password()));
    }

    Stack stack() {
        return stack;
    }

    Path folder() {
        return folder;
    }

    /**
     * Complete when each partition answers. A leader that is not there yet turns a new producer's first batch away and may
     * take the second, which makes the first one late for good: Kafka asks a producer that it does not know for no number.
     */
    void create(String topic, int partitions) throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        for (int left = TRIES; ; left--) {
            try {
                admin.listOffsets(ends(topic, partitions)).all().get();
                return;
            } catch (ExecutionException e) {
                if (left == 0 || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
                Thread.sleep(100); // the broker has not heard of it yet
            }
        }
    }

    void delete(String topic) throws ExecutionException, InterruptedException {
        admin.deleteTopics(List.of(topic)).all().get();
    }

    private static Map<TopicPartition, OffsetSpec> ends(String topic, int partitions) {
        return IntStream.range(0, partitions).boxed()
                .collect(Collectors.toMap(number -> new TopicPartition(topic, number), number -> OffsetSpec.latest()));
    }

    /** From now on PostgreSQL remembers when each transaction has committed; it starts anew for that. */
    void recordCommits() throws SQLException {
        try (Connection connection = stack.postgres().connectAsSuperuser("postgres");
             Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET track_commit_timestamp = on");
        }
        stack.postgres().stop();
        stack.postgres().start();
    }

    /** Creates the topic and fills it. @return records in it */
    int fill(String topic, Workload workload) throws ExecutionException, InterruptedException {
        create(topic, workload.partitions());
        AtomicReference<Exception> refused = new AtomicReference<>();
        int sent;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of(
                "bootstrap.servers", stack.kafka().bootstrapServers(), "linger.ms", "20", "batch.size", "65536",
                "max.in.flight.requests.per.connection", "1"), new ByteArraySerializer(), new ByteArraySerializer())) {
            sent = workload.sendTo((key, value) -> producer.send(new ProducerRecord<>(topic, key, value),
                    (place, error) -> refused.compareAndSet(null, error)));
        }
        if (refused.get() != null) {
            throw new ExecutionException("topic " + topic + " can't be filled", refused.get());
        }
        return sent;
    }

    /** Records between a group's committed offsets and the end of the topic. */
    long lag(String group, String topic, int partitions) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        return admin.listOffsets(ends(topic, partitions)).all().get().entrySet().stream().mapToLong(end -> end.getValue().offset()
                - Optional.ofNullable(committed.get(end.getKey())).map(OffsetAndMetadata::offset).orElse(0L)).sum();
    }

    /** Whether PostgreSQL waits for the disk at each commit; said to the server, in force for all later sessions. */
    void durable(boolean durable) throws SQLException {
        String word = durable ? "on" : "off";
        try (Connection connection = stack.postgres().connectAsSuperuser("postgres");
             Statement statement = connection.createStatement()) {
            for (String setting : List.of("fsync", "synchronous_commit")) {
                statement.execute("ALTER SYSTEM SET " + setting + " = " + word);
            }
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    /** Every run finds the tables empty and no old work for PostgreSQL to do. */
    void empty() throws SQLException {
        try (Connection connection = stack.postgres().connectAsSuperuser(stack.postgres().database());
             Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE payment_states, entity_states, processed_events, entity_sequences, audit_log");
            statement.execute("VACUUM payment_states, entity_states, processed_events, entity_sequences");
            statement.execute("CHECKPOINT");
        }
    }

    @Override
    public void close() {
        admin.close();
        stack.close();
    }
}
