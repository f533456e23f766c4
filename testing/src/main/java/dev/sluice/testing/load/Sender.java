package dev.sluice.testing.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * One caller of the gateways: one request at a time, NDJSON. What was not acknowledged leaves again, in order, before
 * anything new, and by another gateway, so that the events of an account have one order on the way in. One that does not
 * insist takes being turned away for an answer; what was not answered leaves again all the same.
 */
final class Sender implements Runnable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_LINES = 200;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** Longer than the gateway waits for Kafka. */
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final long SHORTEST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final Transfers transfers;
    private final Acknowledgements acknowledgements;
    private final Pace pace;
    private final List<URI> gateways;
    private final boolean insists;
    private final int number;
    private final int senders;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
    private int gateway;
    /** The next event that was not looked at. */
    private int next;

    Sender(Transfers transfers, Acknowledgements acknowledgements, Pace pace, List<URI> gateways, boolean insists, int number, int senders) {
        this.transfers = transfers;
        this.acknowledgements = acknowledgements;
        this.pace = pace;
        this.gateways = gateways;
        this.insists = insists;
        this.number = number;
        this.senders = senders;
        this.gateway = number % gateways.size();
    }

    @Override
    public void run() {
        try {
            List<Integer> left = new ArrayList<>();
            long pause = SHORTEST_PAUSE_MILLIS;
            while (fill(left) && !Thread.currentThread().isInterrupted()) {
                int before = left.size();
                left = new ArrayList<>(deliver(left));
                if (left.isEmpty()) {
                    pause = SHORTEST_PAUSE_MILLIS;
                } else {
                    gateway = (gateway + 1) % gateways.size();
                    Thread.sleep(pause + ThreadLocalRandom.current().nextLong(pause));
                    pause = left.size() < before ? SHORTEST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false when nothing is left and nothing follows */
    private boolean fill(List<Integer> left) throws InterruptedException {
        while (left.size() < MOST_LINES && next < transfers.events()) {
            if (transfers.account(next) % senders == number) {
                if (left.isEmpty() ? !pace.awaitTurn(next) : !pace.isDue(next)) {
                    break;
                }
                left.add(next);
            }
            next++;
        }
        return !left.isEmpty();
    }

    /** @return those to be sent again, in order */
    private List<Integer> deliver(List<Integer> events) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateways.get(gateway)).timeout(ANSWER)
                .header("content-type", "application/x-ndjson").POST(HttpRequest.BodyPublishers.ofByteArray(body(events))).build();
        List<Integer> again = new ArrayList<>(events);
        try {
            HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() == 200) {
                    readAnswers(events, again, lines.iterator());
                } else {
                    acknowledgements.onTurnedAway(events.size());
                    if (!insists) {
                        again.clear();
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            acknowledgements.onUnanswered(again.size());
        }
        return again;
    }

    private void readAnswers(List<Integer> events, List<Integer> again, Iterator<String> lines) throws JsonProcessingException {
        while (lines.hasNext()) {
            JsonNode line = JSON.readTree(lines.next());
            int status = line.path("status").asInt();
            int event = events.get(line.path("index").asInt());
            if (status == 202) {
                again.remove((Integer) event);
                acknowledgements.onAcknowledged(event, line.path("partition").asInt(), line.path("offset").asLong(),
                        line.path("duplicate").asBoolean());
            } else if (status == 429 || status >= 500) {
                acknowledgements.onTurnedAway(1);
                if (!insists) {
                    again.remove((Integer) event);
                }
            } else {
                again.remove((Integer) event);
                acknowledgements.onRefused(event, line.toString());
            }
        }
    }

    private byte[] body(List<Integer> events) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int event : events) {
            body.writeBytes(transfers.json(event));
            body.write('\n');
        }
        return body.toByteArray();
    }
}
