package dev.sluice.consumer;

import java.util.concurrent.locks.LockSupport;

/** Publishes on and on, on a thread of its own: a round is one event of each entity. */
final class Load implements AutoCloseable {

    private static final long PAUSE_NANOS = 20_000_000;

    private final Rig rig;
    private final int entities;
    private final Thread publisher = new Thread(this::publish, "load");
    private volatile boolean ending;
    private volatile int rounds;

    Load(Rig rig, int entities) {
        this.rig = rig;
        this.entities = entities;
        publisher.start();
    }

    private void publish() {
        while (!ending) {
            int round = rounds + 1;
            for (int entity = 0; entity < entities; entity++) {
                rig.publish("case:" + entity, round);
            }
            rounds = round;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    int rounds() {
        return rounds;
    }

    /** Events; final after {@link #end}. */
    int published() {
        return rounds * entities;
    }

    void end() {
        ending = true;
        try {
            publisher.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
