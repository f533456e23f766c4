package dev.sluice.testing.bench;

import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Postgres;
import dev.sluice.testing.bench.baseline.BareLoop;
import dev.sluice.testing.bench.baseline.ParallelConsumer;
import dev.sluice.testing.bench.baseline.PlainLoop;
import dev.sluice.testing.bench.baseline.SpringBatch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Who is measured. Each runs as a process of its own. */
enum Subject {

    CEILING(Table.PAYMENT_STATES, BareLoop.class, 1, Map.of("threads", "2", "max.poll.records", "5000")),
    PLAIN_LOOP(Table.PAYMENT_STATES, PlainLoop.class, 0.1, Map.of("threads", "1", "max.poll.records", "500")),
    SPRING_BATCH(Table.PAYMENT_STATES, SpringBatch.class, 1, Map.of("threads", "2", "max.poll.records", "2000")),
    PARALLEL_CONSUMER(Table.PAYMENT_STATES, ParallelConsumer.class, 1,
            Map.of("threads", "4", "batch", "500", "max.poll.records", "5000")),
    SLUICE_PAYMENT_STATE(Table.PAYMENT_STATES, null, 1, Map.of("profile", "throughput")),
    SLUICE_ENTITY_STATE(Table.ENTITY_STATES, null, 1, Map.of("profile", "throughput")),
    /** Each identity claimed in Redis before, and settled there after, its transaction. */
    SLUICE_ENTITY_STATE_CLAIMS(Table.ENTITY_STATES, null, 1, Map.of("profile", "throughput", "consumer.claims", "event"));

    /** A node that only consumes needs less than one that runs everything. */
    private static final String CONSUMER_HEAP = "-Xmx160m -Xmn80m -XX:SurvivorRatio=4";

    private final Table table;
    /** Of the events: the slow get fewer, so that nobody waits for them. */
    private final double portion;
    /** Null for Sluice itself. */
    private final Class<?> baseline;
    private final Map<String, String> settings;

    Subject(Table table, Class<?> baseline, double portion, Map<String, String> settings) {
        this.table = table;
        this.portion = portion;
        this.baseline = baseline;
        this.settings = new LinkedHashMap<>(settings);
    }

    /** As the command line and the results have it. */
    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Subject of(String title) {
        return Arrays.stream(values()).filter(subject -> subject.title().equals(title)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no subject '" + title + "'; there are "
                        + Arrays.stream(values()).map(Subject::title).collect(Collectors.joining(", "))));
    }

    Table table() {
        return table;
    }

    double portion() {
        return portion;
    }

    /** Whether it is worth to see how it does at rates that are given. */
    boolean holdsRates() {
        return isSluice() && this != SLUICE_ENTITY_STATE_CLAIMS || this == CEILING || this == SPRING_BATCH;
    }

    Map<String, String> settings() {
        return settings;
    }

    /** Whether it is Sluice, which has a gateway, or one of those that read from Kafka only. */
    boolean isSluice() {
        return baseline == null;
    }

    /**
     * Starts it as a member of the group. It runs until it is ended.
     *
     * @param run  the verticles, if it is Sluice
     * @param more settings of Sluice, as {@code --set} has them
     */
    Process start(Arena arena, String topic, int partitions, String group, String run, String... more) throws IOException {
        Files.deleteIfExists(log(arena).toPath());
        return join(arena, topic, partitions, group, run, more);
    }

    /** Starts one more of the same group. */
    Process join(Arena arena, String topic, int partitions, String group, String run, String... more) throws IOException {
        List<String> command = Jvm.command(learned(arena, run), options(run));
        command.addAll(baseline == null ? node(arena, topic, partitions, group, run, more) : loop(arena, topic, group));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log(arena)));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        return builder.start();
    }

    Path learned(Arena arena, String run) throws IOException {
        return Jvm.cache(arena.folder(), title(), options(run));
    }

    private List<String> options(String run) {
        if (!isSluice()) {
            return List.of("-XX:+UseSerialGC", "-Xmx256m");
        }
        List<String> options = new ArrayList<>(Jvm.nodeOptions());
        if (!run.contains("gateway")) {
            options.addAll(1, List.of(CONSUMER_HEAP.split(" "))); // what the environment says wins
        }
        return options;
    }

    File log(Arena arena) {
        return arena.folder().resolve(title() + ".log").toFile();
    }

    /** @throws IllegalStateException with the end of its log when it has ended */
    void requireAlive(Arena arena, Process process) throws IOException {
        if (!process.isAlive()) {
            List<String> log = Files.readAllLines(log(arena).toPath());
            throw new IllegalStateException(title() + " has ended; its log: " + log(arena) + "\n"
                    + String.join("\n", log.subList(Math.max(0, log.size() - 20), log.size())));
        }
    }

    static void end(Process process) throws InterruptedException {
        process.destroy();
        // The first to end leaves behind what it has learned.
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private List<String> loop(Arena arena, String topic, String group) {
        Postgres postgres = arena.stack().postgres();
        return List.of(baseline.getName(), arena.stack().kafka().bootstrapServers(), postgres.jdbcUrl(), postgres.user(),
                postgres.password(), topic, group);
    }

    private List<String> node(Arena arena, String topic, int partitions, String group, String run, String... more) {
        Postgres postgres = arena.stack().postgres();
        Map<String, Object> all = new LinkedHashMap<>(settings);
        all.put("kafka.bootstrap-servers", arena.stack().kafka().bootstrapServers());
        all.put("postgres.host", postgres.host());
        all.put("postgres.port", postgres.port());
        all.put("postgres.database", postgres.database());
        all.put("postgres.user", postgres.user());
        all.put("postgres.password", postgres.password());
        all.put("redis.uri", arena.stack().redis().uri());
        all.put("operations.port", Ports.oneFree());
        all.put("node.name", group);
        all.put("topics." + topic + ".partitions", partitions);
        all.put("consumer.subscriptions", "[{group: " + group + ", topic: " + topic + ", handler: " + table.handler()
                + ", ordering: key, sequences: " + table.sequences() + ", pressure: counts, settings: {}}]");
        List<String> command = new ArrayList<>(List.of("dev.sluice.engine.Main", "node", "--run", run, "--unsafe"));
        all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        for (String setting : more) {
            command.addAll(List.of("--set", setting));
        }
        return command;
    }
}
