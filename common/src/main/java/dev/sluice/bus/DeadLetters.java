package dev.sluice.bus;

import dev.sluice.event.RawRecord;

import java.util.List;

/** Browsing dead letters and acting on them. */
public sealed interface DeadLetters extends Message {

    /**
     * As in the table {@code dead_letters}.
     *
     * @param seq      the place in the order of browsing
     * @param failedAt RFC 3339
     * @param bytes    of its record; 0 when not known
     */
    record Letter(long seq, String id, String state, String group, String eventId, String entity, String eventType,
                  String errorType, String errorMessage, String originalTopic, int originalPartition,
                  long originalOffset, int retryCount, String failedAt, int bytes) {
    }

    /**
     * What is null does not filter.
     *
     * @param ids  these letters only
     * @param text a part of the error message
     * @param from RFC 3339, inclusive. @param to exclusive
     */
    record Filter(List<String> ids, String topic, String eventType, String errorType, String text, String entity,
                  String group, String from, String to, String state) {
    }

    /** @param after the {@code seq} of the last letter of the page before; 0 for the first page */
    record ListLetters(Filter filter, long after, int limit) implements DeadLetters {
    }

    /** The oldest first. @param next 0 after the last page */
    record Page(List<Letter> letters, long next) implements DeadLetters {
    }

    record ShowLetter(String id) implements DeadLetters {
    }

    /** @param letter null when there is none of that id. @param record null when Kafka has it no more */
    record Shown(Letter letter, RawRecord record) implements DeadLetters {
    }

    /** A portion of letters to take away. @param after as in {@link ListLetters} */
    record ExportLetters(Filter filter, String actor, String reason, long after) implements DeadLetters {
    }

    /** The oldest first. @param next 0 after the last portion */
    record Exported(List<Shown> letters, long next) implements DeadLetters {
    }

    /**
     * @param action {@code replay} or {@code discard}
     * @param rate   letters a second, of a replay
     * @param after  only letters after this {@code seq}
     * @param until  and up to this one, so that a letter that fails again meanwhile is not meant; 0 for no bound
     */
    record Act(String action, Filter filter, String actor, String reason, boolean dryRun, int rate, long after, long until)
            implements DeadLetters {
    }

    /**
     * What is null does not filter.
     *
     * @param letter the id of one that was meant. @param from RFC 3339, inclusive. @param to exclusive
     * @param before actions older than the one of this id only; 0 for the newest page
     */
    record ListActions(String letter, String from, String to, long before, int limit) implements DeadLetters {
    }

    /**
     * One portion of what an operator did.
     *
     * @param at      RFC 3339
     * @param action  {@code replay}, {@code discard} or {@code export}
     * @param letters how many; of a replay that is under way, how many so far
     * @param meant   how many the portion had
     * @param outcome {@code begun}, {@code done} or {@code failed}
     * @param endedAt null while it is under way, and for ever when it was cut off
     */
    record Action(long id, String at, String actor, String action, String reason, int letters, int meant, String outcome,
                  String endedAt) {
    }

    /** The newest first. @param next {@code before} of the next page; 0 after the last */
    record Actions(List<Action> actions, long next) implements DeadLetters {
    }

    /**
     * @param letters done by this request; in a dry run all that are meant
     * @param missing whose record Kafka has no more: left open
     * @param next    {@code after} of the request that goes on; 0 when nothing is left
     * @param last    of a dry run: the {@code seq} of the newest that is meant
     * @param refused why nothing was done; null when it was
     */
    record Acted(long letters, long missing, long next, long last, String refused) implements DeadLetters {
    }
}
