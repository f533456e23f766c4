package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Part;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.StackFailure;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** One stack over one folder, through its life. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProcessStackTest {

    private static final Path PROGRAMS = Path.of("target", "programs");
    private static final Ports PORTS = Ports.free();

    @TempDir
    static Path data;
    private static ProcessStack stack;

    @BeforeAll
    static void startStack() {
        stack = new ProcessStack(data, PROGRAMS, PORTS);
        stack.start();
    }

    @AfterAll
    static void stopStack() {
        stack.close();
    }

    @Test
    @Order(1)
    void shouldBeDurableAndKeepItsPasswordToItsOwner() throws Exception {
        assertThat(text("SHOW fsync")).isEqualTo("on");
        assertThat(text("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(text("SHOW full_page_writes")).isEqualTo("on");
        assertThat(text("SHOW server_version")).startsWith("18.");
        assertThat(Files.getPosixFilePermissions(data.resolve("postgres/password")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).isEqualTo("f");
    }

    @Test
    @Order(2)
    void shouldRefuseAWrongPassword() {
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(stack.postgres().jdbcUrl(), "sluice", "wrong").close())
                .isInstanceOf(SQLException.class).hasMessageContaining("password");
    }

    @Test
    @Order(3)
    void shouldRefuseASecondStackOverTheSameFolder() {
        assertThatThrownBy(() -> new ProcessStack(data, PROGRAMS, Ports.free()))
                .isInstanceOf(StackFailure.class).hasMessageContaining("another stack runs over " + data);
        assertThat(ProcessStack.endOrphans(data)).isZero();
        assertThat(stack.parts()).allMatch(Part::isRunning);
    }

    @Test
    @Order(4)
    void shouldNameOwnerAndSettingOfAPortThatIsTaken(@TempDir Path other) {
        ProcessStack second = new ProcessStack(other, PROGRAMS, new Ports(PORTS.kafka(), Ports.oneFree(), Ports.oneFree()));

        assertThatThrownBy(second::start).isInstanceOf(StackFailure.class)
                .hasMessageContaining("port " + PORTS.kafka() + " (Kafka) is taken by pid " + stack.kafka().pid())
                .hasMessageContaining("SLUICE_STACK_KAFKA_PORT=...");
        assertThat(second.postgres().isRunning()).isFalse();
        assertThat(second.redis().isRunning()).isFalse();
    }

    @Test
    @Order(5)
    void shouldAnswerNothingWhileFrozenAndGoOnAfterwards() throws Exception {
        try (Connection open = stack.postgres().connect(); Statement statement = open.createStatement()) {
            stack.parts().forEach(part -> {
                part.freeze();
                assertThat(states(part)).containsOnly("T");
            });

            assertThat(Answers.redis(stack.redis())).isFalse();
            assertThat(Answers.kafka(stack.kafka())).isFalse();
            open.setNetworkTimeout(Runnable::run, 1_000);
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
            assertThat(stack.parts()).allMatch(Part::isRunning);
        } finally {
            stack.parts().forEach(Part::resume);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> Answers.redis(stack.redis()) && Answers.kafka(stack.kafka())
                && Answers.postgres(stack.postgres()));
    }

    /** Of its threads, where the system tells. */
    private static List<String> states(Part part) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(part.pid()), "task"))) {
            List<String> states = new ArrayList<>();
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                states.add(stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1));
            }
            return states;
        } catch (IOException notLinux) {
            return List.of("T");
        }
    }

    @Test
    @Order(6)
    void shouldKeepWhatWasCommittedThroughAKillAndThroughAStop() throws Exception {
        execute("CREATE TABLE kept (id int)");
        execute("INSERT INTO kept VALUES (1)");
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic("kept", 3, (short) 1))).all().get();
        }

        stack.parts().forEach(Part::kill);
        assertThat(stack.parts()).noneMatch(Part::isRunning);
        stack.start(List.of(PartName.values()));
        assertKept();

        String password = stack.postgres().password();
        stack.close();
        assertThat(Files.list(data.resolve("run")).map(file -> file.getFileName().toString())).containsOnly("stack.lock");
        stack = new ProcessStack(data, PROGRAMS, PORTS);
        stack.start();
        assertKept();
        assertThat(stack.postgres().password()).isEqualTo(password);
    }

    private static void assertKept() throws Exception {
        assertThat(text("SELECT count(*) FROM kept")).isEqualTo("1");
        try (Admin admin = admin()) {
            assertThat(admin.listTopics().names().get()).contains("kept");
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()));
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = stack.postgres().connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(String sql) throws SQLException {
        try (Connection connection = stack.postgres().connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
