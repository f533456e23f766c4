package dev.sluice.engine.config;

import dev.sluice.gateway.GatewaySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfigurationTest {

    @TempDir
    Path folder;

    @Test
    void shouldTakeEveryDefaultFromTheReference() {
        SluiceConfig settings = Configuration.defaults().settings();

        assertThat(settings.topics().get("events"))
                .isEqualTo(new TopicSettings(24, -1, Duration.ofDays(7)));
        assertThat(settings.operations().port()).isEqualTo(8081);
        assertThat(settings.kafka().bootstrapServers()).isEqualTo("127.0.0.1:19092");
        assertThat(settings.postgres().idleInTransaction()).isEqualTo(Duration.ofMillis(1500));
        assertThat(settings.nodeName()).endsWith("-8081");
    }

    @ParameterizedTest
    @CsvSource({"default", "latency", "throughput"})
    void shouldHaveEveryProfile(String profile) {
        assertThat(load("profile: " + profile, Map.of()).profile()).isEqualTo(profile);
    }

    @ParameterizedTest
    @CsvSource({"default, 5, 16, none", "throughput, 50, 32, lz4", "latency, 0, 16, none"})
    void shouldSetTheGatewaysBatchesByProfile(String profile, int lingerMillis, int batchKiB, String compression) {
        GatewaySettings.Publishing publishing = load("profile: " + profile, Map.of()).gateway().publishing();

        assertThat(publishing.linger()).isEqualTo(Duration.ofMillis(lingerMillis));
        assertThat(publishing.batchSize().bytes()).isEqualTo(batchKiB * 1024L);
        assertThat(publishing.compression()).isEqualTo(compression);
    }

    @Test
    void shouldRememberIdentitiesLongerThanAnyTopicKeepsItsEvents() {
        assertThat(load("topics: {events: {retention: 34d}}", Map.of()).consumer().inboxHorizon()).isEqualTo(Duration.ofDays(35));
        assertThatThrownBy(() -> load("topics: {events: {retention: 35d}}", Map.of()))
                .hasMessageContaining("topics.events.retention").hasMessageContaining("inbox-horizon");
    }

    @Test
    void shouldTakeTheFirstSequenceOfEntitiesOrNone() {
        assertThat(Configuration.defaults().settings().consumer().gaps().firstSequence()).isNull();
        assertThat(load("consumer: {gaps: {first-sequence: 1}}", Map.of()).consumer().gaps().firstSequence()).isOne();
        assertThat(load("", Map.of("SLUICE_CONSUMER_GAPS_FIRST_SEQUENCE", "0")).consumer().gaps().firstSequence()).isZero();
        assertThatThrownBy(() -> load("consumer: {gaps: {first-sequence: -1}}", Map.of()))
                .hasMessageContaining("consumer.gaps.first-sequence").hasMessageContaining("0 or more");
        assertThatThrownBy(() -> load("consumer: {gaps: {max-waiting: 0}}", Map.of()))
                .hasMessageContaining("consumer.gaps.max-waiting").hasMessageContaining("1 to 10000000");
    }

    @Test
    void shouldHideSecretsWhenPrinted() {
        String printed = Configuration.load(Optional.empty(), Map.of("SLUICE_CONFIG", "", "SLUICE_PROFILE", "latency"),
                List.of("postgres.password=hush1", "redis.uri=redis://:hush2@host:1",
                        "kafka.properties.sasl.jaas.config=hush3", "kafka.properties.ssl.key.password=hush4")).withoutSecrets();

        assertThat(printed).contains("profile: latency", "@host:1", "partitions: 24").doesNotContain("hush");
    }

    @Test
    void shouldLetLaterLayersWin() {
        Map<String, String> environment = Map.of("SLUICE_OPERATIONS_PORT", "2", "SLUICE_CLUSTER_PORT", "2",
                "SLUICE_CLUSTER_MEMBERS", "a, b:15702");

        SluiceConfig settings = load("""
                operations: {port: 1, host: a}
                cluster: {port: 1}
                """, environment, "cluster.port=3");

        assertThat(settings.operations().host()).isEqualTo("a");
        assertThat(settings.operations().port()).isEqualTo(2);
        assertThat(settings.cluster().port()).isEqualTo(3);
        assertThat(settings.cluster().members()).containsExactly("a", "b:15702");
    }

    @Test
    void shouldKeepDotsInTheNamesOfAFreeSection() {
        SluiceConfig settings = load("kafka: {properties: {a.b: 1}}", Map.of(), "kafka.properties.security.protocol=SSL");

        assertThat(settings.kafka().properties()).isEqualTo(Map.of("a.b", "1", "security.protocol", "SSL"));
    }

    /** Some of the consumer's are set in the reference. */
    @Test
    void shouldKeepDotsInKafkasOwnNames() {
        SluiceConfig settings = load("", Map.of("SLUICE_CONSUMER_KAFKA_FETCH_MIN_BYTES", "7"),
                "consumer.kafka.max.poll.records=100", "consumer.kafka.check.crcs=false");

        assertThat(settings.consumer().kafka()).containsEntry("max.poll.records", "100").containsEntry("check.crcs", "false")
                .containsEntry("fetch.min.bytes", "7").containsEntry("fetch.max.wait.ms", "500");
    }

    /** As published by default. A profile that waits for large fetches must not wait long, see conf/reference.yaml. */
    @ParameterizedTest
    @CsvSource({"default, 500", "throughput, 20", "latency, 4"})
    void shouldWaitForFetchesAsTheProfileSays(String profile, String maxWait) {
        assertThat(load("", Map.of(), "profile=" + profile).consumer().kafka()).containsEntry("fetch.max.wait.ms", maxWait);
    }

    @Test
    void shouldKeepANameInQuotesTogether() {
        SluiceConfig settings = load("", Map.of(), "topics.\"a.b\".partitions=6", "topics.plain.partitions=7",
                "alerts.limits.\"GroupLagHigh\".limit=80000", "kafka.properties.\"client.rack\"=r1");

        assertThat(settings.topics().get("a.b").partitions()).isEqualTo(6);
        assertThat(settings.topics().get("plain").partitions()).isEqualTo(7);
        assertThat(settings.alerts().limits().get("GroupLagHigh").limit()).isEqualTo(80_000);
        assertThat(settings.kafka().properties()).containsEntry("client.rack", "r1");
        assertThatThrownBy(() -> load("", Map.of(), "topics.\"a.b.partitions=6")).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("--set topics.\"a.b.partitions: a name in double quotes ends with a quote");
        assertThatThrownBy(() -> load("", Map.of(), "topics.\"a.b\"c.partitions=6")).isInstanceOf(ConfigurationError.class);
        assertThatThrownBy(() -> load("", Map.of(), "topics.=6")).isInstanceOf(ConfigurationError.class);
    }

    @Test
    void shouldCompleteADeclaredTopicAndTakeAwayAnother() {
        SluiceConfig settings = load("topics:\n  events:\n  orders: {partitions: 6}", Map.of());

        assertThat(settings.topics()).isEqualTo(Map.of("orders", new TopicSettings(6, -1, Duration.ofDays(7))));
    }

    @Test
    void shouldReadASecretFromAFileAndKeepItsDigits() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret: #\n");

        assertThat(load("", Map.of("SLUICE_POSTGRES_PASSWORD_FILE", secret.toString())).postgres().password())
                .isEqualTo("s3cret: #");
        assertThat(load("postgres:\n  password: 0123", Map.of()).postgres().password()).isEqualTo("0123");
        assertThat(load("", Map.of("SLUICE_POSTGRES_PASSWORD", "true")).postgres().password()).isEqualTo("true");
    }

    @Test
    void shouldLeaveReservedVariablesToOthers() {
        assertThat(load("", Map.of("SLUICE_HOME", "/x", "SLUICE_STACK_KAFKA_PORT", "1", "SLUICE_DATA", "y"))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "operations:\\n  prot: 1 | sluice.yaml, line 2: unknown key 'operations.prot'; did you mean 'port'?",
            "opertions: {} | sluice.yaml, line 1: unknown key 'opertions'; did you mean 'operations'?",
            "kafka:\\n  bootstrap-servers: a\\n  bootstrap-servers: b | sluice.yaml, line 3: the key 'bootstrap-servers' stands here a second time",
            "operations:\\n  port: many | sluice.yaml, line 2: operations.port: 'many' is not allowed; allowed: a whole number",
            "operations:\\n  port: 70000 | sluice.yaml, line 2: operations.port: '70000' is not allowed; allowed: 0 to 65535",
            "operations:\\n  stop-deadline: 20 | sluice.yaml, line 2: operations.stop-deadline: '20' is not allowed; allowed: a number with ms, s, m, h or d, such as 35s",
            "operations: [] | sluice.yaml, line 1: operations: a value of this kind is not allowed; allowed: a section with keys of its own",
            "operations:\\n  port: | sluice.yaml, line 2: operations.port has no value",
            "topics:\\n  events:\\n    partitions: 0 | topics.partitions: '0' is not allowed; allowed: 1 to 10000",
            "topics: {events.retry: {}} | topics: 'events.retry' is not allowed",
            "- a | sluice.yaml, line 1: expected keys with values",
            "profile: fast | sluice.yaml, line 1: profile: 'fast' is not allowed; allowed: default, latency, throughput",
            "a: [ | sluice.yaml, line",
    })
    void shouldNameFileLineAndKeyOfWhatIsWrong(String yaml, String message) {
        assertThatThrownBy(() -> load(yaml.replace("\\n", "\n"), Map.of()))
                .isInstanceOf(ConfigurationError.class).hasMessageContaining(message);
    }

    @Test
    void shouldNameTheVariableOrOptionOfWhatIsWrong() {
        assertThatThrownBy(() -> load("", Map.of("SLUICE_OPERATIONS_PROT", "1"))).hasMessage(
                "environment variable SLUICE_OPERATIONS_PROT: no setting has this name; did you mean 'SLUICE_OPERATIONS_PORT'?");
        assertThatThrownBy(() -> load("", Map.of("SLUICE_OPERATIONS_PORT", "x"))).hasMessageStartingWith(
                "environment variable SLUICE_OPERATIONS_PORT: operations.port: 'x' is not allowed");
        assertThatThrownBy(() -> load("", Map.of(), "node.nmae=a")).hasMessage(
                "--set node.nmae: unknown key 'node.nmae'; did you mean 'name'?");
        assertThatThrownBy(() -> load("", Map.of(), "node.name")).hasMessageContaining("expected key=value");
        assertThatThrownBy(() -> load("", Map.of("SLUICE_POSTGRES_PASSWORD_FILE", "/nowhere/at/all")))
                .hasMessageContaining("SLUICE_POSTGRES_PASSWORD_FILE: the file '/nowhere/at/all' can't be read");
        assertThatThrownBy(() -> Configuration.load(Optional.of(folder.resolve("none.yaml")), Map.of(), List.of()))
                .hasMessageContaining("none.yaml can't be read");
    }

    private SluiceConfig load(String yaml, Map<String, String> environment, String... assignments) {
        try {
            Path file = Files.writeString(folder.resolve("sluice.yaml"), yaml);
            return Configuration.load(Optional.of(file), new HashMap<>(environment), List.of(assignments)).settings();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
