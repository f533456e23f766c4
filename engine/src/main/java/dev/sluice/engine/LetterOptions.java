package dev.sluice.engine;

import dev.sluice.engine.operations.LetterField;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which dead letters are meant: an option for each {@link LetterField}. */
@Command
final class LetterOptions {

    private final Map<String, String> values = new LinkedHashMap<>();

    @Spec(Spec.Target.MIXEE)
    void onMixedIn(CommandSpec command) {
        for (LetterField field : LetterField.values()) {
            command.addOption(OptionSpec.builder("--" + field.label()).paramLabel(field.name()).type(String.class)
                    .description(field.description()).setter(new ISetter() {
                        @Override
                        @SuppressWarnings("unchecked")
                        public <T> T set(T value) {
                            return (T) (value == null ? values.remove(field.label())
                                    : values.put(field.label(), value.toString()));
                        }
                    }).build());
        }
    }

    /** By label; only what was given. */
    Map<String, String> values() {
        return values;
    }

    /** As parameters of a query that has some already. */
    String asQuery() {
        StringBuilder query = new StringBuilder();
        values.forEach((name, value) ->
                query.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return query.toString();
    }
}
