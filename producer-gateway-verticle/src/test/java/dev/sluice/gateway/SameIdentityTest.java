package dev.sluice.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;

/** The same event posted again, here and through another gateway. */
@ExtendWith(StackExtension.class)
class SameIdentityTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Kafka kafka;
    private static RunningGateway gateway;
    private static RunningGateway neighbour;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        gateway = RunningGateway.withTopics(broker, redis, RunningGateway.SETTINGS);
        neighbour = new RunningGateway("two", RunningGateway.SETTINGS, broker.bootstrapServers(), redis.uri());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        neighbour.close();
    }

    @Test
    void shouldGiveTheSameAnswerThroughAnotherGateway() throws Exception {
        String id = Events.unique("twice");
        HttpResponse<String> first = gateway.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "a:1", 1, "{}"));
        HttpResponse<String> second = neighbour.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "a:1", 1, "{}"));

        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body().replace("\"duplicate\":false", "\"duplicate\":true"));
        assertThat(Events.recordsOf(kafka, id)).hasSize(1);
    }

    @Test
    void shouldMakeOneRecordOfOneEventPostedEverywhereAtOnce() throws Exception {
        String id = Events.unique("storm");
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Callable<HttpResponse<String>>> posts = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            RunningGateway to = i % 2 == 0 ? gateway : neighbour;
            posts.add(() -> to.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "storm:1", 1, "{}")));
        }
        int firsts = 0;
        for (Future<HttpResponse<String>> post : threads.invokeAll(posts)) {
            assertThat(post.get().statusCode()).isEqualTo(202);
            firsts += JSON.readTree(post.get().body()).path("duplicate").asBoolean() ? 0 : 1;
        }
        threads.shutdown();

        assertThat(firsts).isEqualTo(1);
        assertThat(Events.recordsOf(kafka, id)).hasSize(1);
    }

    @Test
    void shouldRefuseTheSameIdentityWithAnotherBody() throws Exception {
        String id = Events.unique("other-body");
        gateway.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "a:1", 1, "{\"amount\":1}"));
        HttpResponse<String> here = gateway.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "a:1", 1, "{\"amount\":2}"));
        HttpResponse<String> there = neighbour.post(MediaType.CLOUDEVENT, Events.cloudEvent(id, "a:1", 1, "{\"amount\":2}"));

        assertThat(List.of(here.statusCode(), there.statusCode())).containsOnly(409);
        assertThat(JSON.readTree(there.body()).path("code").asText()).isEqualTo("IDENTITY_REUSED");
        assertThat(there.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
    }
}
