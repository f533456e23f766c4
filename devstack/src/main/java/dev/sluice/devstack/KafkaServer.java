package dev.sluice.devstack;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One Kafka broker that is its own controller (KRaft), from the jars of this class path. */
final class KafkaServer extends ChildServer {

    private static final int ANSWER_MILLIS = 2_000;
    private static final String MEMORY = "-Xmx512m";

    private final int controllerPort;
    private final Path data;

    KafkaServer(Path folder, int port, int controllerPort, Children children) {
        super("kafka", folder, port, children);
        this.controllerPort = controllerPort;
        this.data = folder.resolve("kafka");
    }

    @Override
    void prepare() throws IOException {
        Files.createDirectories(data);
        Files.write(properties(), List.of(
                "process.roles=broker,controller", "node.id=1", "controller.quorum.voters=1@" + Ports.HOST + ":" + controllerPort,
                "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://" + address() + ",CONTROLLER://" + Ports.HOST + ":" + controllerPort,
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + data.resolve("log"),
                "auto.create.topics.enable=false", "unclean.leader.election.enable=false",
                "offsets.topic.num.partitions=4", "offsets.topic.replication.factor=1",
                "transaction.state.log.num.partitions=4", "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1", "share.coordinator.state.topic.num.partitions=1",
                "share.coordinator.state.topic.replication.factor=1", "share.coordinator.state.topic.min.isr=1",
                "message.max.bytes=1572864", "replica.fetch.max.bytes=1572864",
                "# A broker that was killed may come back when its session has ended: soon, since there is no other.",
                "broker.session.timeout.ms=2000", "broker.heartbeat.interval.ms=500",
                "# A partition that moves waits for the other member's heartbeat: short, since both are on this machine.",
                "group.initial.rebalance.delay.ms=0", "group.consumer.min.heartbeat.interval.ms=200",
                "group.consumer.heartbeat.interval.ms=500"));
        if (!Files.exists(data.resolve("log").resolve("meta.properties"))) {
            format();
        }
    }

    private void format() throws IOException {
        Process format = run(java("-Xmx128m", "kafka.tools.StorageTool", "format", "-t",
                Uuid.randomUuid().toString(), "-c", properties().toString()));
        if (!Processes.awaitEnd(format.toHandle(), 60) || format.exitValue() != 0) {
            format.destroyForcibly();
            throw new IOException("its folder can't be formatted; see logs/kafka.log");
        }
    }

    @Override
    List<String> command() {
        return java(MEMORY, "kafka.Kafka", properties().toString());
    }

    @Override
    boolean answers() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
            return !admin.describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS)).nodes()
                    .get(ANSWER_MILLIS, TimeUnit.MILLISECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Path properties() {
        return data.resolve("server.properties");
    }

    private static List<String> java(String memory, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), memory, "-XX:+UseSerialGC",
                "-Dlogback.configurationFile=dev/sluice/devstack/kafka-logback.xml",
                "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return command;
    }
}
