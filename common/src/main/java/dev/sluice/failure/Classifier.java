package dev.sluice.failure;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A judgement of one's own about failures, found through {@link ServiceLoader} and asked before the rules.
 * <ol>
 *   <li>Called on an event loop, from several threads: it must not block, and must be safe to share.</li>
 *   <li>Empty means "no opinion": the next one is asked, the rules last. One that throws has no opinion either.</li>
 *   <li>The same error must get the same verdict on every node, so install it on all of them.</li>
 * </ol>
 */
@FunctionalInterface
public interface Classifier {

    Optional<Verdict> classify(ErrorInfo error);

    /** All that the class path offers, in its order. Reads files: call it at the start. */
    static List<Classifier> installed() {
        return ServiceLoader.load(Classifier.class).stream().map(ServiceLoader.Provider::get).toList();
    }
}
