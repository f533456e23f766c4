package dev.sluice.failure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Says what a failure means: one's own {@link Classifier}s first, then rules. Among the rules the exception's own word
 * ({@code PermanentFailure}) comes first, then PostgreSQL's, then an HTTP target's, then the class names of causes.
 */
public final class FailureClassifier {

    private static final Logger LOG = LoggerFactory.getLogger(FailureClassifier.class);

    private final FailureRules rules;
    private final List<Classifier> own;

    public FailureClassifier(FailureRules rules) {
        this(rules, List.of());
    }

    /** @param own asked in this order before the rules; {@link Classifier#installed} in production */
    public FailureClassifier(FailureRules rules, List<Classifier> own) {
        this.rules = rules;
        this.own = List.copyOf(own);
    }

    public Verdict classify(ErrorInfo error) {
        return own.stream().map(classifier -> opinion(classifier, error)).flatMap(Optional::stream).findFirst()
                .orElseGet(() -> byRules(error));
    }

    private static Optional<Verdict> opinion(Classifier classifier, ErrorInfo error) {
        try {
            return classifier.classify(error);
        } catch (RuntimeException e) {
            LOG.warn("classifier failed, rules decide: classifier={} error={}", classifier.getClass().getName(),
                    e.getClass().getName());
            return Optional.empty();
        }
    }

    private Verdict byRules(ErrorInfo error) {
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
        return error.types().stream().map(rules.exceptions()::get).filter(Objects::nonNull).findFirst();
    }
}
