package dev.sluice.testing.simulation;

import org.junit.jupiter.api.Test;

import java.util.concurrent.ThreadLocalRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** The consumer and the router, in thousands of simulated worlds. */
class SimulationTest {

    /** So many that each thing asked for below comes up: a lock that is not had in time does in three of 4,000. */
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 10_000);

    private final Product product = Product.asItIs();

    /** Another seed each time; a failure names its own. */
    @Test
    void shouldKeepEveryGuaranteeInEverySchedule() {
        long seed = Long.getLong("simulation.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000_000));
        Campaign.Outcome outcome = new Campaign(product, Runtime.getRuntime().availableProcessors(), done -> { })
                .run(seed, SCHEDULES);

        assertThat(outcome.how()).as(() -> "./sluice simulate --plan '"
                + new Shrinker(product, 2_000).shrink(outcome.broken(), outcome.how()) + "'").isNull();
        assertThat(outcome.schedules()).isEqualTo(SCHEDULES);
        for (Fault fault : Fault.values()) {
            assertThat(outcome.counts()).containsKey("fault " + fault);
        }
        assertThat(outcome.counts()).containsKeys("losses", "revocations", "drains that ran out of time",
                "poll loops that broke", "commits refused to who is no member", "commits without an answer",
                "commits whose reply was lost", "connections refused", "waits for a lock", "locks not had in time",
                "transactions left idle", "questions that Kafka did not answer", "questions to the router without an answer",
                "struck by CONFLICTS", "struck by LOSE_ACKNOWLEDGEMENTS", "struck by LOSE_ANSWERS", "moved to events.retry",
                "moved to dlq.errors", "moved to dlq.poison", "settled as APPLIED", "settled as DUPLICATE",
                "settled as SUPERSEDED", "settled as RETRYING", "settled as DEAD");
    }

    @Test
    void shouldRunTheSameScheduleTheSameWay() {
        for (long seed = 1; seed <= 40; seed++) {
            Result once = product.trace(Plan.of(seed));
            assertThat(product.trace(Plan.of(seed)).trace()).isEqualTo(once.trace()).isNotEmpty();
            assertThat(product.trace(Plan.of(seed).withOrder(1)).trace()).isNotEqualTo(once.trace());
        }
    }

    @Test
    void shouldReadAPlanAsItWasPrinted() {
        Plan plan = new Plan(42, 7, java.util.Set.of(3, 0), java.util.Set.of());
        assertThat(plan).hasToString("42/7 events=0,3 faults=");
        assertThat(Plan.parse(plan.toString())).isEqualTo(plan);
        assertThat(Plan.parse("5")).isEqualTo(Plan.of(5));
    }
}
