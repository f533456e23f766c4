package dev.sluice.gateway;

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

/** A real broker as a child process on free ports, in a folder of its own. Whole once it accepts connections. */
final class OwnKafka {

    /** Somebody else can take a free port before the broker does. */
    private static final int ATTEMPTS = 3;

    private Process process;
    private int port;

    OwnKafka() throws IOException, InterruptedException {
        for (int attempt = 1; !startedOnNewPorts(); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException("Kafka did not start; see output.txt in target/kafka*");
            }
        }
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** From now on it answers nothing, and its connections stay open. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    void stop() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** @return false when the broker ended while it was starting */
    private boolean startedOnNewPorts() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(Path.of("target"), "kafka").toAbsolutePath();
        port = freePort();
        int controller = freePort();
        Path properties = folder.resolve("server.properties");
        Files.write(properties, List.of("process.roles=broker,controller", "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:" + controller, "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + folder.resolve("data"), "auto.create.topics.enable=false",
                "offsets.topic.num.partitions=1", "offsets.topic.replication.factor=1",
                "transaction.state.log.num.partitions=1", "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1", "message.max.bytes=1572864", "group.initial.rebalance.delay.ms=0"));
        java(folder, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties.toString())
                .waitFor(30, TimeUnit.SECONDS);
        process = java(folder, "kafka.Kafka", properties.toString());
        await().atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive() || accepts(port));
        return process.isAlive();
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("kill -" + name + " ended with " + status);
        }
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
