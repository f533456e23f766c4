package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * As many letters, the oldest first, as are worked on at once: they and their records fit into memory and into an answer.
 *
 * @param records by letter's id
 * @param gone    ids of letters whose record Kafka has no more
 * @param next    the {@code seq} to go on after; 0 after the last portion
 */
record LetterPortion(List<Letter> letters, Map<String, RawRecord> records, Set<String> gone, long next) {

    /** Reads portions. @param largestBytes of records, unless a single one is larger */
    record Reader(Vertx vertx, LetterTable table, LetterRecords records, int largestBytes) {

        Future<LetterPortion> read(Filter filter, long after, int limit) {
            return read(filter, after, 0, limit);
        }

        /** Fails when Kafka did not give a single record in time. @param until see {@link LetterTable#list} */
        Future<LetterPortion> read(Filter filter, long after, long until, int limit) {
            return table.list(filter, after, until, limit).compose(listed -> {
                List<Letter> letters = fitting(listed);
                List<Place> places = letters.stream().map(letter -> Place.ofLetter(letter.id())).toList();
                boolean more = letters.size() < listed.size() || listed.size() == limit;
                return letters.isEmpty() ? Future.succeededFuture(new LetterPortion(letters, Map.of(), Set.of(), 0))
                        : vertx.executeBlocking(() -> records.read(places), false).map(found -> of(letters, found, more));
            });
        }

        private List<Letter> fitting(List<Letter> listed) {
            long bytes = 0;
            for (int i = 0; i < listed.size(); i++) {
                bytes += listed.get(i).bytes();
                if (i > 0 && bytes > largestBytes) {
                    return listed.subList(0, i);
                }
            }
            return listed;
        }

        /** Ends before the first letter that was not reached in time. */
        private static LetterPortion of(List<Letter> letters, LetterRecords.Found found, boolean more) {
            List<Letter> reached = new ArrayList<>();
            Map<String, RawRecord> records = new HashMap<>();
            Set<String> gone = new HashSet<>();
            for (Letter letter : letters) {
                Place place = Place.ofLetter(letter.id());
                RawRecord record = found.records().get(place);
                if (record != null) {
                    records.put(letter.id(), record);
                } else if (found.gone().contains(place)) {
                    gone.add(letter.id());
                } else {
                    break;
                }
                reached.add(letter);
            }
            if (reached.isEmpty()) {
                throw new IllegalStateException("Kafka does not give the letters' records in time");
            }
            boolean cut = more || reached.size() < letters.size();
            return new LetterPortion(reached, records, gone, cut ? reached.get(reached.size() - 1).seq() : 0);
        }
    }
}
