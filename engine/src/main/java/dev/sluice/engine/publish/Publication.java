package dev.sluice.engine.publish;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Publishes NDJSON over several connections, in bounded memory. An entity's lines go over one connection, in order;
 * lines that name no entity (or can't be read: the gateway says why) go over any.
 */
public final class Publication {

    private static final int LONGEST_LINE = 4 << 20;
    private static final int BUDGET = 32 << 20;

    private final List<Lane> lanes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean abandoned = new AtomicBoolean();
    private final ByteBudget budget = new ByteBudget(BUDGET);
    private final Consumer<String> complaints;
    private final Tally tally;
    private final Pace pace;
    /** Written by the reader alone. */
    private volatile long lastRead;

    /**
     * @param apiKey         shown to the gateway
     * @param withoutGateway how long to try a gateway that doesn't answer
     * @param complaints     hears of each refused line
     */
    public Publication(URI uri, Optional<String> apiKey, int connections, double perSecond, Duration withoutGateway,
                       Consumer<String> complaints) {
        long now = System.nanoTime();
        this.complaints = complaints;
        this.tally = new Tally(complaints, now);
        this.pace = new Pace(perSecond, now);
        for (int i = 0; i < connections; i++) {
            Lane lane = new Lane(new GatewayConnection(uri, apiKey), tally, budget, abandoned, withoutGateway);
            lanes.add(lane);
            Thread thread = new Thread(lane, "publish-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    /**
     * Blocks until each line that was read has its outcome.
     *
     * @throws IOException when the input can't be read to its end
     */
    public Summary run(InputStream in) throws IOException, InterruptedException {
        AtomicReference<IOException> failure = new AtomicReference<>();
        Thread reader = new Thread(() -> readAll(in, failure), "publish-reader");
        reader.setDaemon(true);
        reader.start();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        if (abandoned.get()) {
            complaints.accept("gave up: no gateway accepts events; lines after " + lastRead + " were not sent");
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return soFar();
    }

    /** On a thread of its own: an idle pipe must not keep a publication alive that was given up. */
    private void readAll(InputStream in, AtomicReference<IOException> failure) {
        try {
            read(new LineReader(in, LONGEST_LINE));
        } catch (IOException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lanes.forEach(Lane::end);
        }
    }

    public Summary soFar() {
        return tally.summary(System.nanoTime());
    }

    private void read(LineReader lines) throws IOException, InterruptedException {
        for (byte[] json = lines.next(); json != null && !abandoned.get(); json = lines.next()) {
            long number = lastRead + 1;
            lastRead = number;
            if (lines.wasTooLong()) {
                tally.onRejected(number, "longer than " + (LONGEST_LINE >> 20) + " MiB");
            } else if (!blank(json)) {
                pace.awaitTurn();
                Line line = new Line(number, json, EntityOf.line(json));
                budget.acquire(line);
                lanes.get(Math.floorMod(line.entity() == null ? number : line.entity().hashCode(), lanes.size())).add(line);
            }
        }
    }

    private static boolean blank(byte[] line) {
        for (byte character : line) {
            if (character != ' ' && character != '\t') {
                return false;
            }
        }
        return true;
    }
}
