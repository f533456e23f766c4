package dev.sluice.engine.deploy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import static org.awaitility.Awaitility.await;

/** A real broker and a real PostgreSQL (durable) on free ports, in folders of their own. */
public final class OwnBackends {

    private static final int ATTEMPTS = 3;

    private final EmbeddedPostgres postgres;
    private Process kafka;
    private int kafkaPort;

    public OwnBackends() throws IOException, InterruptedException {
        postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "on").setServerConfig("synchronous_commit", "on").start();
        for (int attempt = 1; !kafkaStarted(); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException("Kafka did not start; see output.txt in target/kafka*");
            }
        }
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    EmbeddedPostgres postgres() {
        return postgres;
    }

    /** As {@code --set} has them. */
    public List<String> settings() {
        return List.of("kafka.bootstrap-servers=" + bootstrapServers(), "postgres.port=" + postgres.getPort(),
                "postgres.user=postgres", "postgres.database=postgres", "postgres.password=postgres");
    }

    public void close() throws IOException, InterruptedException {
        kafka.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        postgres.close();
    }

    private boolean kafkaStarted() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(Path.of("target"), "kafka").toAbsolutePath();
        kafkaPort = freePort();
        int controller = freePort();
        Path properties = folder.resolve("server.properties");
        Files.write(properties, List.of("process.roles=broker,controller", "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:" + controller, "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://127.0.0.1:" + kafkaPort + ",CONTROLLER://127.0.0.1:" + controller,
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + folder.resolve("data"), "auto.create.topics.enable=false",
                "offsets.topic.num.partitions=1", "offsets.topic.replication.factor=1",
                "transaction.state.log.num.partitions=1", "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1", "group.initial.rebalance.delay.ms=0"));
        java(folder, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties.toString())
                .waitFor(30, TimeUnit.SECONDS);
        kafka = java(folder, "kafka.Kafka", properties.toString());
        await().atMost(Duration.ofSeconds(60)).until(() -> !kafka.isAlive() || accepts(kafkaPort));
        return kafka.isAlive();
    }

    private static Process java(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output.txt").toFile())).start();
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Below the ports that the kernel hands to outgoing connections. */
    static int freePort() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
    }
}
