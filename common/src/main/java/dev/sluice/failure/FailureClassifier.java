package dev.sluice.failure;

import java.util.Optional;

/**
 * Says what a failure means, by rules. Pure. The exception's own word ({@code PermanentFailure}) comes first, then
 * PostgreSQL's, then an HTTP target's, then the class names of causes.
 */
public final class FailureClassifier {

    private final FailureRules rules;

    public FailureClassifier(FailureRules rules) {
        this.rules = rules;
    }

    public Verdict classify(ErrorInfo error) {
        return nearest(error)
                .or(() -> Optional.ofNullable(error.sqlState()).flatMap(rules::bySqlState))
                .or(() -> error.httpStatus() == 0 ? Optional.empty() : rules.byHttpStatus(error.httpStatus()))
                .or(() -> anyType(error))
                .orElse(Verdict.UNKNOWN);
    }

    private Optional<Verdict> nearest(ErrorInfo error) {
        return error.types().isEmpty() ? Optional.empty() : Optional.ofNullable(rules.exceptions().get(error.types().get(0)));
    }

    private Optional<Verdict> anyType(ErrorInfo error) {
        return error.types().stream().map(rules.exceptions()::get).filter(java.util.Objects::nonNull).findFirst();
    }
}
