package dev.sluice.devstack;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The three real servers, over folders of their own. */
class ProcessStackTest {

    @TempDir
    private Path folder;

    private static Connection connect(Stack stack) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + stack.postgres().address() + "/sluice?socketTimeout=5", "sluice", "sluice");
    }

    private static String show(Stack stack, String query) throws SQLException {
        try (Connection connection = connect(stack); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(Stack stack, String sql) throws SQLException {
        try (Connection connection = connect(stack); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Admin admin(Stack stack) {
        return Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
    }

    @Test
    void shouldKeepItsDataAndSurviveEveryFault() throws Exception {
        ProcessStack stack = ProcessStack.onFreePorts(folder);
        stack.start();
        try (Admin admin = admin(stack)) {
            admin.createTopics(List.of(new NewTopic("kept", 3, (short) 1))).all().get(20, TimeUnit.SECONDS);
        }
        execute(stack, "CREATE TABLE kept (n int)");
        execute(stack, "INSERT INTO kept VALUES (7)");
        assertThat(show(stack, "SHOW fsync")).isEqualTo("on");
        assertThat(show(stack, "SHOW synchronous_commit")).isEqualTo("on");

        stack.postgres().freeze();
        assertThatThrownBy(() -> show(stack, "SELECT n FROM kept")).isInstanceOf(SQLException.class);
        stack.postgres().resume();
        assertThat(show(stack, "SELECT n FROM kept")).isEqualTo("7");
        for (Server server : stack.servers()) {
            server.kill();
            assertThat(server.isRunning()).isFalse();
        }
        stack.start();
        assertThat(show(stack, "SELECT n FROM kept")).isEqualTo("7");
        stack.stop();
        assertThat(stack.servers()).noneMatch(server -> Ports.accepts(server.port()));
        stack.start();
        try (Admin admin = admin(stack)) {
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).contains("kept");
        }
        stack.stop();
    }

    @Test
    void shouldEndWhatAKilledParentLeftBehind() throws Exception {
        int[] ports = {Ports.free(), Ports.free(), Ports.free()};
        Process parent = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "dev.sluice.devstack.Main", "--data", folder.toString(),
                "--kafka-port=" + ports[0], "--postgres-port=" + ports[1], "--redis-port=" + ports[2])
                .redirectErrorStream(true).redirectOutput(folder.resolve("parent.log").toFile()).start();
        assertThat(Processes.await(60, () -> Files.exists(folder.resolve("run/stack.env")))).isTrue();
        List<ProcessHandle> servers = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("run/children"))) {
            servers.add(ProcessHandle.of(Long.parseLong(line.split(" ")[0])).orElseThrow());
        }
        parent.destroyForcibly().waitFor();
        assertThat(servers).hasSize(3).allMatch(ProcessHandle::isAlive);
        assertThat(Files.readString(folder.resolve("run/stack.env"))).contains("SLUICE_POSTGRES_PORT='" + ports[1] + "'");

        ProcessStack next = new ProcessStack(folder, ports[0], ports[1], ports[2]);
        next.start();
        assertThat(servers).noneMatch(ProcessHandle::isAlive);
        assertThat(show(next, "SELECT 1")).isEqualTo("1");
        next.stop();
    }

    @Test
    void shouldSayWhichPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            ProcessStack stack = new ProcessStack(folder, Ports.free(), taken.getLocalPort(), Ports.free());
            assertThatThrownBy(stack::start).isInstanceOf(StackFailure.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " for postgres").hasMessageContaining("SLUICE_STACK_POSTGRES_PORT=");
            stack.stop();
        }
    }

    @Test
    void shouldHoldItsFolderAlone() {
        ProcessStack first = ProcessStack.onFreePorts(folder);
        first.start();
        ProcessStack second = ProcessStack.onFreePorts(folder);
        assertThatThrownBy(second::start).isInstanceOf(StackFailure.class).hasMessageContaining("a stack over " + folder);
        first.stop();
    }
}
