package dev.sluice.testing.load;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Publishes transfers through the gateways, however often they are away meanwhile. */
public final class Publication implements AutoCloseable {

    private static final int SENDERS = 8;

    private final List<Thread> threads = new ArrayList<>();
    private final Pace pace;

    /**
     * @param gateways where events are posted; at least one
     * @param insists  until each is acknowledged; else one that is turned away is not sent again
     */
    public Publication(Transfers transfers, Acknowledgements acknowledgements, Pace pace, List<URI> gateways, boolean insists) {
        this.pace = pace;
        for (int number = 0; number < SENDERS; number++) {
            Thread thread = new Thread(new Sender(transfers, acknowledgements, pace, gateways, insists, number, SENDERS), "sender-" + number);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    public void start() {
        threads.forEach(Thread::start);
    }

    /** @return whether all has its answer */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }

    /** What is not acknowledged by now is given up. */
    @Override
    public void close() {
        pace.end();
        threads.forEach(Thread::interrupt);
    }
}
