package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Some entities have far more events than others, and the first of them is slow as well: the others don't wait for it. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class HotEntityTest {

    private static final int ENTITIES = 100;
    private static final int EVENTS = 450;
    private static final String HOT = "case:1";
    private static final long HOT_MILLIS = 20;

    @Test
    void shouldNotStallTheOthers(@RigExtension.Partitions(2) Rig rig) throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireEntity().text().equals(HOT)
                ? rig.vertx.timer(HOT_MILLIS).compose(later -> Scripted.APPEND.handle(transaction, event))
                : Scripted.APPEND.handle(transaction, event));
        Map<String, Integer> published = publish(rig);
        int hot = published.get(HOT);
        assertThat(hot).as("a fifth").isBetween(EVENTS / 7, EVENTS / 3);

        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20)).until(() -> others(rig.effects()) == EVENTS - hot);
        long hotSoFar = rig.effects().size() - (EVENTS - hot);
        await().atMost(Duration.ofSeconds(60)).until(() -> rig.effects().size() == EVENTS);

        System.out.printf("events of the hot entity done when all others were: %d of %d%n", hotSoFar, hot);
        assertThat(hotSoFar).as("the others overtook it").isLessThan(hot);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
    }

    private static long others(List<String> effects) {
        return effects.stream().filter(id -> !id.startsWith("/test " + HOT + "/")).count();
    }

    /** Zipf's law with exponent 1. @return how many of each entity */
    private static Map<String, Integer> publish(Rig rig) {
        Random random = new Random(5);
        double[] upTo = new double[ENTITIES + 1];
        for (int rank = 1; rank <= ENTITIES; rank++) {
            upTo[rank] = upTo[rank - 1] + 1.0 / rank;
        }
        Map<String, Integer> published = new HashMap<>();
        for (int i = 0; i < EVENTS; i++) {
            double drawn = random.nextDouble() * upTo[ENTITIES];
            int rank = 1;
            while (upTo[rank] < drawn) {
                rank++;
            }
            String entity = "case:" + rank;
            rig.publish(entity, published.merge(entity, 1, Integer::sum));
        }
        return published;
    }
}
