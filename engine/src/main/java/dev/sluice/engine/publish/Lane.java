package dev.sluice.engine.publish;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection and the lines that go over it, in order: the next request leaves after the answer to the one before,
 * and what was refused for now is sent again before anything new. So the lines of an entity keep their order.
 */
final class Lane implements Runnable {

    private static final int MAX_LINES = 500;
    private static final int MAX_BYTES = 256 * 1024;
    /** How long an idle lane goes without noticing that another has given up. */
    private static final long LOOK_UP_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final Line END = new Line(-1, new byte[0], null);

    private final BlockingQueue<Line> queue = new LinkedBlockingQueue<>();
    private final GatewayConnection gateway;
    private final Tally tally;
    private final ByteBudget budget;
    private final AtomicBoolean abandoned;
    private final Duration withoutGateway;

    /** @param abandoned set by the first lane that gives up; all others follow */
    Lane(GatewayConnection gateway, Tally tally, ByteBudget budget, AtomicBoolean abandoned, Duration withoutGateway) {
        this.gateway = gateway;
        this.tally = tally;
        this.budget = budget;
        this.abandoned = abandoned;
        this.withoutGateway = withoutGateway;
    }

    void add(Line line) {
        queue.add(line);
    }

    /** No line follows. */
    void end() {
        queue.add(END);
    }

    @Override
    public void run() {
        try {
            for (List<Line> chunk = nextChunk(); !chunk.isEmpty(); chunk = nextChunk()) {
                deliver(chunk);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What has gathered during the last request, at least one line; empty at the end. So nothing waits for company. */
    private List<Line> nextChunk() throws InterruptedException {
        List<Line> chunk = new ArrayList<>();
        int bytes = 0;
        Line line = queue.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
        while (line == null && !abandoned.get()) {
            line = queue.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
        }
        while (line != null && line != END) {
            chunk.add(line);
            bytes += line.json().length;
            Line next = queue.peek();
            boolean fits = next != null && next != END && chunk.size() < MAX_LINES
                    && bytes + next.json().length <= MAX_BYTES;
            line = fits ? queue.poll() : null;
        }
        return chunk;
    }

    private void deliver(List<Line> chunk) throws InterruptedException {
        Patience patience = new Patience(withoutGateway);
        List<Line> left = chunk;
        int width = chunk.size();
        while (!left.isEmpty() && !abandoned.get()) {
            List<Line> now = left.subList(0, Math.min(width, left.size()));
            List<Line> later = left.subList(now.size(), left.size());
            now.forEach(line -> line.onSending(System.nanoTime()));
            List<Line> again = now;
            Optional<Duration> retryAfter = Optional.empty();
            try {
                Answer answer = gateway.post(now);
                if (answer instanceof Answer.Whole whole && whole.outcome().status() == 413 && now.size() > 1) {
                    width = 1;
                    continue;
                }
                again = settle(now, answer);
                retryAfter = retryAfter(answer);
                patience.onAnswer(again.size() < now.size(), System.nanoTime());
            } catch (ConnectException | HttpConnectTimeoutException e) {
                patience.onSilence(System.nanoTime());
                tally.onNoAnswer(now.get(0).number(), now.size(), e);
            } catch (IOException e) {
                now.forEach(Line::onFateUnknown);
                patience.onSilence(System.nanoTime());
                tally.onNoAnswer(now.get(0).number(), now.size(), e);
            }
            left = joined(again, later);
            if (!again.isEmpty()) {
                pause(patience, retryAfter);
            }
        }
        left.forEach(line -> {
            tally.onUnknown();
            budget.release(line);
        });
    }

    private void pause(Patience patience, Optional<Duration> retryAfter) throws InterruptedException {
        if (patience.isOver(System.nanoTime())) {
            abandoned.set(true);
            return;
        }
        long backoff = patience.nextPauseMillis();
        long jitter = ThreadLocalRandom.current().nextLong(backoff / 5 + 1);
        long asked = Math.min(LONGEST_PAUSE_MILLIS, retryAfter.map(Duration::toMillis).orElse(0L));
        TimeUnit.MILLISECONDS.sleep(Math.max(backoff + jitter, asked));
    }

    /** @return the lines to be sent again, in order */
    private List<Line> settle(List<Line> sent, Answer answer) {
        List<Line> again = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            Line line = sent.get(i);
            Optional<Answer.Outcome> outcome = answer instanceof Answer.PerLine perLine
                    ? perLine.outcomes().get(i) : Optional.of(((Answer.Whole) answer).outcome());
            if (outcome.isEmpty() || outcome.get().worthRepeating()) {
                if (outcome.isEmpty() || outcome.get().mayBeWritten()) {
                    line.onFateUnknown();
                }
                again.add(line);
            } else {
                onSettled(line, outcome.get());
            }
        }
        return again;
    }

    private void onSettled(Line line, Answer.Outcome outcome) {
        if (outcome.accepted()) {
            tally.onAccepted(line, outcome.duplicate(), System.nanoTime());
        } else {
            tally.onRejected(line.number(), outcome.reason());
        }
        budget.release(line);
    }

    private static Optional<Duration> retryAfter(Answer answer) {
        return answer instanceof Answer.PerLine perLine ? perLine.retryAfter() : ((Answer.Whole) answer).retryAfter();
    }

    private static List<Line> joined(List<Line> first, List<Line> second) {
        List<Line> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
