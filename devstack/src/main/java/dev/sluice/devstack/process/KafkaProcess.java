package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Kafka in KRaft mode, broker and controller in one JVM, from the jars on the class path of this one. */
final class KafkaProcess extends ProcessPart implements Kafka {

    private static final Duration FORMAT = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(90);
    /** Absolute, since the child works in a folder of its own; by environment, which keeps the command line readable. */
    private static final Map<String, String> CLASS_PATH = Map.of("CLASSPATH",
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator)));

    private final Brokers brokers;
    private final int number;
    private final List<Listener> others;

    /** @param number of this one among the brokers, from 0 @param others beside the listener that every broker has */
    KafkaProcess(Folders folders, Brokers brokers, int number, List<Listener> others) {
        super(PartName.KAFKA, folders, brokers.ports().get(number));
        this.brokers = brokers;
        this.number = number;
        this.others = List.copyOf(others);
    }

    @Override
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    void launch() {
        Path folder = folders.of(PartName.KAFKA);
        try {
            Path logging = Files.writeString(folder.resolve("logback.xml"), LOGGING);
            Path properties = Files.write(folder.resolve("server.properties"), settings(folder));
            if (!Files.exists(folder.resolve("formatted"))) {
                child.run(java(logging, "-Xmx128m", "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", "--ignore-formatted",
                        "-t", brokers.id().toString(), "-c", properties.toString()), CLASS_PATH, FORMAT);
                Files.createFile(folder.resolve("formatted"));
            }
            child.start(java(logging, "-Xms128m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "kafka.Kafka", properties.toString()),
                    CLASS_PATH);
        } catch (IOException e) {
            throw new StackFailure("can't write to " + folder + ": " + e.getMessage(), e);
        }
        child.awaitAnswer(() -> Answers.kafka(this), START);
    }

    private List<String> settings(Path folder) {
        int controller = brokers.controllers().get(number);
        String listeners = others.stream().map(each -> each.name() + "://127.0.0.1:" + each.port() + ",").collect(Collectors.joining());
        String advertised = others.stream().map(each -> "," + each.name() + "://127.0.0.1:" + each.advertisedPort())
                .collect(Collectors.joining());
        String protocols = others.stream().map(each -> each.name() + ":PLAINTEXT,").collect(Collectors.joining());
        return List.of("process.roles=broker,controller", "node.id=" + (number + 1), "controller.quorum.voters=" + brokers.voters(),
                "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://127.0.0.1:" + port + "," + listeners + "CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port + advertised,
                "listener.security.protocol.map=" + protocols + "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + folder.resolve("data"), "auto.create.topics.enable=false",
                "message.max.bytes=1572864", "replica.fetch.max.bytes=1572864",
                "offsets.topic.num.partitions=4", "offsets.topic.replication.factor=" + brokers.copies(),
                "transaction.state.log.num.partitions=4", "transaction.state.log.replication.factor=" + brokers.copies(),
                "transaction.state.log.min.isr=" + brokers.copiesInSync(),
                "share.coordinator.state.topic.replication.factor=" + brokers.copies(),
                "share.coordinator.state.topic.min.isr=" + brokers.copiesInSync(), "share.coordinator.state.topic.num.partitions=4",
                "group.initial.rebalance.delay.ms=0",
                // A broker that was away leads again soon, or nothing would go by it any more.
                "leader.imbalance.check.interval.seconds=2", "leader.imbalance.per.broker.percentage=1",
                "group.consumer.heartbeat.interval.ms=500", "group.consumer.min.heartbeat.interval.ms=500",
                "log.cleaner.dedupe.buffer.size=16777216");
    }

    private static List<String> java(Path logging, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true", "-Dlogback.configurationFile=" + logging));
        command.addAll(List.of(arguments));
        return command;
    }

    private static final String LOGGING = """
            <configuration>
              <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
              <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder>
              </appender>
              <logger name="org.apache.kafka.common.config.AbstractConfig" level="WARN"/>
              <root level="INFO"><appender-ref ref="stdout"/></root>
            </configuration>
            """;
}
