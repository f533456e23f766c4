package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which event of a batch seems to have made its handler fail: the one that was under way, or that the failure names. It is
 * only where to split: what is suspected has still to fail alone, and who is suspected wrongly loses nothing. Event loop only.
 */
final class Suspicion {

    /** Null while it is on nobody. */
    private Event event;

    void isOn(Event underWay) {
        event = underWay;
    }

    /** The handler has failed: the suspected work knows it. */
    void tell(List<Work> works, Throwable failure) {
        Event suspect = failure instanceof PermanentFailure permanent ? permanent.event().orElse(event) : event;
        works.stream().filter(work -> work.event() == suspect).forEach(work -> work.suspect(true));
    }

    /** Ends the suspicion. @return parts in order, each smaller than the whole: before the suspect, it, behind it; else halves */
    static List<List<Work>> split(List<Work> works) {
        int at = 0;
        while (at < works.size() && !works.get(at).isSuspected()) {
            at++;
        }
        works.forEach(work -> work.suspect(false));
        if (at == works.size()) {
            return List.of(works.subList(0, at / 2), works.subList(at / 2, at));
        }
        return Stream.of(works.subList(0, at), works.subList(at, at + 1), works.subList(at + 1, works.size()))
                .filter(part -> !part.isEmpty()).toList();
    }
}
