package dev.sluice.devstack.junit;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.StackFailure;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Makes running parts as empty as new ones, faster than new ones would start. */
record CleanSlate(Stack stack) {

    private static final int DEADLINE_SECONDS = 30;

    void wipe(PartName part) {
        try {
            switch (part) {
                case KAFKA -> wipeKafka();
                case POSTGRES -> wipePostgres(stack.postgres());
                case REDIS -> wipeRedis(URI.create(stack.redis().uri()));
            }
        } catch (ExecutionException | TimeoutException | SQLException | IOException e) {
            throw new StackFailure(part.title() + " can't be emptied: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted while " + part.title() + " was emptied", e);
        }
    }

    /** A static member that stopped or died is a member for the rest of its session, and a group with members stays. */
    private void wipeKafka() throws ExecutionException, InterruptedException, TimeoutException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            List<String> groups = admin.listGroups().all().get(DEADLINE_SECONDS, TimeUnit.SECONDS).stream()
                    .map(GroupListing::groupId).toList();
            for (String group : groups) {
                if (!admin.describeConsumerGroups(Set.of(group)).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS).get(group).members().isEmpty()) {
                    admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all()
                            .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
                }
            }
            admin.deleteConsumerGroups(groups).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            Set<String> topics = admin.listTopics().names().get(DEADLINE_SECONDS, TimeUnit.SECONDS).stream()
                    .filter(topic -> !topic.startsWith("__")).collect(Collectors.toSet());
            admin.deleteTopics(topics).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void wipePostgres(Postgres postgres) throws SQLException {
        try (Connection connection = postgres.connectAsSuperuser("postgres"); Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE " + postgres.database() + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + postgres.database() + " OWNER " + postgres.user());
            statement.execute("ALTER ROLE " + postgres.user() + " RESET ALL");
        }
    }

    private static void wipeRedis(URI redis) throws IOException {
        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            socket.setSoTimeout(DEADLINE_SECONDS * 1_000);
            socket.getOutputStream().write("FLUSHALL\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
            if (!answer.equals("+OK")) {
                throw new IOException("FLUSHALL was answered by " + answer);
            }
        }
    }
}
