package dev.sluice.failure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

class FailureClassifierTest {

    private static final ErrorInfo UNIQUE_VIOLATION = sqlState("23505");

    @ParameterizedTest
    @CsvSource({
            "08006, OUTAGE", "08001, OUTAGE", "53300, OUTAGE", "57P01, OUTAGE", "57P03, OUTAGE",
            "40001, CONFLICT", "40P01, CONFLICT", "55P03, CONFLICT",
            "57014, TRANSIENT", "25P03, TRANSIENT", "25P04, TRANSIENT",
            "22001, PERMANENT", "22P02, PERMANENT", "23505, PERMANENT", "23503, PERMANENT",
            "42601, UNKNOWN", "40002, UNKNOWN"})
    void shouldJudgeBySqlState(String sqlState, Verdict expected) {
        assertThat(new FailureClassifier(FailureRules.standard()).classify(sqlState(sqlState))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
            "408, TRANSIENT", "425, TRANSIENT", "429, TRANSIENT", "500, TRANSIENT", "503, TRANSIENT", "599, TRANSIENT",
            "400, PERMANENT", "404, PERMANENT", "422, PERMANENT", "302, UNKNOWN"})
    void shouldJudgeByHttpStatus(int status, Verdict expected) {
        ErrorInfo error = ErrorInfo.of(new HttpStatusFailure(status, "refused"));

        assertThat(new FailureClassifier(FailureRules.standard()).classify(error)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
            "dev.sluice.api.PermanentFailure, PERMANENT", "dev.sluice.api.TransientFailure, TRANSIENT",
            "java.util.concurrent.TimeoutException, TRANSIENT", "dev.sluice.failure.UndecodableRecord, POISON",
            "dev.sluice.failure.DeadlyRecord, POISON", "dev.sluice.failure.UnreadableBody, POISON",
            "dev.sluice.failure.AlreadyDead, PERMANENT",
            "java.io.IOException, OUTAGE", "io.vertx.core.http.HttpClosedException, OUTAGE",
            "io.vertx.sqlclient.ClosedConnectionException, OUTAGE", "io.vertx.circuitbreaker.OpenCircuitException, OUTAGE",
            "java.lang.NullPointerException, UNKNOWN"})
    void shouldJudgeByExceptionType(String type, Verdict expected) {
        ErrorInfo error = new ErrorInfo(List.of("some.Wrapper", type), null, 0, "", "");

        assertThat(new FailureClassifier(FailureRules.standard()).classify(error)).isEqualTo(expected);
    }

    /** The table in docs/dead-letters.md: a line for each rule, and each line true. */
    @Test
    void shouldDoWhatItsDocumentationSays() throws Exception {
        Map<String, Verdict> documented = new java.util.HashMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/dead-letters.md"))) {
            Matcher row = Pattern.compile("\\| (.*`) \\| ([A-Z]+) \\|").matcher(line);
            if (row.matches()) {
                Matcher key = Pattern.compile("`([^`]+)`").matcher(row.group(1));
                while (key.find()) {
                    documented.put(key.group(1), Verdict.valueOf(row.group(2)));
                }
            }
        }
        FailureRules standard = FailureRules.standard();
        Map<String, Verdict> rules = new java.util.HashMap<>(standard.sqlStates());
        rules.putAll(standard.httpStatuses());
        rules.putAll(standard.exceptions());

        assertThat(documented).isEqualTo(rules);
    }

    @Test
    void shouldPutASettingOverTheStandardRuleAndKeepTheOthers() {
        FailureRules rules = FailureRules.standard().with(new FailureRules(Map.of("23505", Verdict.TRANSIENT), null, null));

        FailureClassifier classifier = new FailureClassifier(rules);

        assertThat(classifier.classify(UNIQUE_VIOLATION)).isEqualTo(Verdict.TRANSIENT);
        assertThat(classifier.classify(sqlState("23503"))).isEqualTo(Verdict.PERMANENT);
    }

    @Test
    void shouldAskOnesOwnClassifiersBeforeTheRules() {
        Classifier silent = error -> Optional.empty();
        Classifier broken = error -> {
            throw new IllegalStateException("broken");
        };
        Classifier sure = error -> Optional.of(Verdict.POISON);

        FailureClassifier classifier = new FailureClassifier(FailureRules.standard(), List.of(silent, broken, sure));

        assertThat(classifier.classify(UNIQUE_VIOLATION)).isEqualTo(Verdict.POISON);
    }

    @Test
    void shouldLetTheRulesDecideWhenNoClassifierHasAnOpinion() {
        FailureClassifier classifier = new FailureClassifier(FailureRules.standard(), List.of(error -> Optional.empty()));

        assertThat(classifier.classify(UNIQUE_VIOLATION)).isEqualTo(Verdict.PERMANENT);
    }

    private static ErrorInfo sqlState(String state) {
        return new ErrorInfo(List.of("io.vertx.pgclient.PgException"), state, 0, "", "");
    }
}
