package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A part's process that does not do what it should. */
class ChildTest {

    @Test
    void shouldTellHowItsLogEnds(@TempDir Path data) {
        Folders folders = Folders.of(data, data);
        Child child = new Child(PartName.KAFKA, folders);

        assertThatThrownBy(() -> child.run(List.of("sh", "-c", "seq 1 3000; echo no space left >&2; exit 3"), Map.of(), Duration.ofSeconds(20)))
                .isInstanceOf(StackFailure.class)
                .hasMessage("Kafka could not be prepared (exit status 3); see " + folders.log(PartName.KAFKA)
                        + ", which ends with:\n  2997\n  2998\n  2999\n  3000\n  no space left");
    }
}
