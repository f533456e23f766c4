package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.event.Outcome;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class LetterBudgetTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void shouldAllowSoManyLettersInARowAndThenOneASecond() {
        LetterBudget budget = new LetterBudget(3, 0);
        for (int letter = 0; letter < 3; letter++) {
            assertThat(budget.allows(0)).isPositive();
            budget.onSettled(Outcome.DEAD, 0);
        }

        assertThat(budget.allows(0)).isZero();
        assertThat(budget.allows(SECOND / 2)).isZero();
        assertThat(budget.allows(SECOND)).isEqualTo(1);
        assertThat(budget.allows(100 * SECOND)).as("never more than at the start").isEqualTo(3);
    }

    @Test
    void shouldNeverStopAGroupOfWhichHalfSucceeds() {
        LetterBudget budget = new LetterBudget(3, 0);
        for (int event = 0; event < 1_000; event++) {
            budget.onSettled(Outcome.DEAD, 0);
            budget.onSettled(Outcome.DUPLICATE, 0);
            assertThat(budget.allows(0)).isPositive();
            budget.onSettled(Outcome.APPLIED, 0);
        }
    }

    @Test
    void shouldPayForWhatWasUnderWayBeforeItAllowsMore() {
        LetterBudget budget = new LetterBudget(1, 0);
        for (int letter = 0; letter < 5; letter++) {
            budget.onSettled(Outcome.DEAD, 0);
        }

        assertThat(budget.allows(4 * SECOND)).isZero();
        assertThat(budget.allows(5 * SECOND)).isEqualTo(1);
    }

    /** On real parts: the rest waits in Kafka, is told of, and goes on when the cause is mended. */
    @Test
    void shouldStopAGroupInWhichEverythingDiesAndGoOnWhenTheCauseIsMended() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        BatchHandler script = (transaction, events) -> broken.get()
                ? Future.failedFuture(new PermanentFailure("no")) : Scripted.APPEND_ALL.handle(transaction, events);
        try (Backends.Postgres postgres = new Backends.Postgres()) {
            Rig rig = new Rig(postgres, 2);
            try {
                rig.start(0, script, settings -> {
                    settings.letterBudget = 20;
                    return settings;
                });
                for (int entity = 0; entity < 300; entity++) {
                    rig.publish("case:" + entity, 1);
                }
                await().atMost(Duration.ofSeconds(20)).until(() -> rig.health.values().stream()
                        .anyMatch(sign -> !sign.healthy() && sign.reason().contains("dead letters")));
                int letters = rig.routed.size();
                assertThat(letters).isBetween(20, 60);
                assertThat(rig.committedInAll()).isLessThanOrEqualTo(rig.routed.size());

                broken.set(false);
                await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
                assertThat(rig.effects()).hasSize(300 - rig.routed.size()).doesNotHaveDuplicates();
            } finally {
                rig.close();
            }
        }
    }
}
