package dev.sluice.dlq;

import dev.sluice.failure.Classifier;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.Verdict;

import java.util.Optional;

/** A classifier as a user installs it. */
public final class TeapotClassifier implements Classifier {

    @Override
    public Optional<Verdict> classify(ErrorInfo error) {
        return error.httpStatus() == 418 ? Optional.of(Verdict.POISON) : Optional.empty();
    }
}
