package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.devstack.Kafka;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLettersTest extends BuriedLetters {

    @Test
    void shouldListEachLetterOnceAndGoOnAfterARestart() {
        bury(3);
        awaitOpen(3);
        ended(vertx.undeploy(deployment));
        deploy();
        bury(1);

        awaitOpen(4);
        Letter letter = list(marked(null)).get(0);
        assertThat(letter.originalTopic()).isEqualTo("events");
        assertThat(letter.originalPartition()).isEqualTo(5);
        assertThat(letter.originalOffset()).isEqualTo(77);
        assertThat(letter.group()).isEqualTo(Failures.GROUP);
        assertThat(letter.entity()).isEqualTo("permit:7");
        assertThat(letter.errorType()).isEqualTo("PERMANENT");
    }

    @Test
    void shouldRebuildFromTheTopicsWhenItsTablesAreEmpty() {
        bury(2);
        awaitOpen(2);
        ended(vertx.undeploy(deployment));
        ended(pool.query("TRUNCATE dead_letters, dead_letter_offsets").execute());

        deploy();

        awaitOpen(2);
    }

    @Test
    void shouldBrowseByPagesWithoutOverlap() {
        bury(5);
        awaitOpen(5);
        List<String> seen = new ArrayList<>();
        long after = 0;
        do {
            DeadLetters.Page page = ended(bus.ask(Addresses.LIST_LETTERS,
                    new DeadLetters.ListLetters(marked(null), after, 2)));
            page.letters().forEach(letter -> seen.add(letter.id()));
            after = page.next();
        } while (after != 0);

        assertThat(seen).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void shouldShowTheBytesOfALetter() {
        bury(1);
        awaitOpen(1);
        String id = list(marked(null)).get(0).id();

        DeadLetters.Shown shown = ended(bus.ask(Addresses.SHOW_LETTER, new DeadLetters.ShowLetter(id)));

        assertThat(shown.record().value()).isEqualTo(Failures.VALUE);
        assertThat(shown.letter().id()).isEqualTo(id);
    }

    @Test
    void shouldProjectOnOneRouterAndGoOnOnAnother() {
        String other = router();
        bury(1);
        awaitOpen(1);
        assertThat(readers()).isEqualTo(1);

        ended(vertx.undeploy(deployment));
        bury(1);

        awaitOpen(2);
        ended(vertx.undeploy(other));
    }

    @Test
    void shouldExportInPortionsThatFitIntoMemory() {
        byte[] large = new byte[1_000_000];
        bury(3, large);
        awaitOpen(3);

        List<DeadLetters.Shown> shown = new ArrayList<>();
        long after = 0;
        do {
            DeadLetters.Exported portion = ended(bus.ask(Addresses.EXPORT_LETTERS,
                    new DeadLetters.ExportLetters(marked(null), "anna", mark, after)));
            assertThat(portion.letters().size()).isLessThan(3);
            shown.addAll(portion.letters());
            after = portion.next();
        } while (after != 0);

        assertThat(shown).extracting(each -> each.record().value().length).containsExactly(1_000_000, 1_000_000, 1_000_000);
        assertThat(shown).extracting(each -> each.letter().id()).doesNotHaveDuplicates();
        assertThat(audited("export")).isEqualTo(3);
    }

    /** Consumers of this process that follow the dead letters, by Kafka's own beans. */
    private static int readers() {
        try {
            return java.lang.management.ManagementFactory.getPlatformMBeanServer().queryNames(new javax.management.ObjectName(
                    "kafka.consumer:type=app-info,id=sluice-dead-letters-*"), null).size();
        } catch (javax.management.MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }
}
