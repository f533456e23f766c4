package dev.sluice.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Cuts a JSON array into its events, so that a bad one costs its neighbours nothing. Stateless. */
final class BatchReader {

    /** What came of reading a batch. */
    sealed interface Batch {

        record Readings(List<Reading> events) implements Batch {
        }

        /** It is no JSON array: nothing of it is taken. */
        record Refused(Problem problem) implements Batch {
        }
    }

    private final EventReader events;

    BatchReader(EventReader events) {
        this.events = events;
    }

    Batch read(byte[] bytes, String client) {
        List<Reading> readings = new ArrayList<>();
        try (JsonParser parser = JsonText.parser(bytes, 0, bytes.length)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_ARRAY) {
                return new Batch.Refused(new Problem.Malformed(first == null ? "the JSON is empty" : "a batch must be a JSON array"));
            }
            List<int[]> places = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                int start = JsonText.start(parser);
                parser.skipChildren();
                places.add(new int[] {start, JsonText.end(parser)});
            }
            if (parser.nextToken() != null) {
                return new Batch.Refused(JsonText.trailing(parser));
            }
            for (int[] place : places) {
                readings.add(events.read(bytes, place[0], place[1], client, null));
            }
        } catch (IOException e) {
            return new Batch.Refused(JsonText.malformed(e));
        }
        return new Batch.Readings(readings);
    }
}
