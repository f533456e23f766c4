package dev.sluice.engine;

import dev.sluice.engine.operations.LetterField;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

import static org.assertj.core.api.Assertions.assertThat;

class DlqCommandTest {

    private final CommandLine command = new CommandLine(new DlqCommand());
    private final StringWriter err = new StringWriter();

    @Test
    void shouldHaveAnOptionForEachFieldOfAFilter() {
        for (LetterField field : LetterField.values()) {
            assertThat(command.getCommandSpec().findOption("--" + field.label()).description()).contains(field.description());
        }
    }

    @Test
    void shouldPassOnlyWhatWasGiven() {
        command.parseArgs("list", "--class", "POISON", "--text", "a b&c");

        LetterOptions letters = (LetterOptions) command.getCommandSpec().mixins().get("letters").userObject();
        assertThat(letters.asQuery()).isEqualTo("&class=POISON&text=a+b%26c");
        command.parseArgs("list");
        assertThat(letters.asQuery()).isEmpty();
    }

    @Test
    void shouldExplainAnUnknownOption() {
        command.setErr(new PrintWriter(err));

        assertThat(command.execute("list", "--grop", "audit")).isEqualTo(2);

        assertThat(err.toString()).contains("--grop").contains("Possible solutions: --group");
    }
}
