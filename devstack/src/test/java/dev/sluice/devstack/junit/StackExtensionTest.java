package dev.sluice.devstack.junit;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Postgres;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(180)
@ExtendWith(StackExtension.class)
class StackExtensionTest {

    @Test
    void shouldGiveTheNextTestClassEmptyParts(Kafka kafka, Postgres postgres) throws Exception {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE left_behind (id int)");
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("left-behind", 2, (short) 1))).all().get();
            joinAsStaticMember(kafka);
            assertThat(admin.listGroups().all().get()).hasSize(1);
            kafka.freeze();

            SharedStack.onNextTestClass();
            SharedStack.with(Set.of(PartName.KAFKA, PartName.POSTGRES));

            assertThat(admin.listTopics().names().get()).isEmpty();
            assertThat(admin.listGroups().all().get()).isEmpty();
            assertThat(tables(postgres)).isZero();
        }
    }

    /** A static member that closes stays a member. */
    private static void joinAsStaticMember(Kafka kafka) {
        try (KafkaConsumer<String, String> member = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers(),
                "group.id", "left-behind", "group.protocol", "consumer", "group.instance.id", "one"),
                new StringDeserializer(), new StringDeserializer())) {
            member.subscribe(Set.of("left-behind"));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                member.poll(Duration.ofMillis(200));
                return !member.assignment().isEmpty();
            });
        }
    }

    private static int tables(Postgres postgres) throws SQLException {
        try (Connection connection = postgres.connect()) {
            DatabaseMetaData meta = connection.getMetaData();
            try (ResultSet tables = meta.getTables(null, "public", "%", new String[] {"TABLE"})) {
                int count = 0;
                while (tables.next()) {
                    count++;
                }
                return count;
            }
        }
    }
}
