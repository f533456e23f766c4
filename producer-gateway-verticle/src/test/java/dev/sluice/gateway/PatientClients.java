package dev.sluice.gateway;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many clients, each with one event at a time, who come back when they are told to. */
final class PatientClients {

    private final RunningGateway gateway;
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    /** Answers that are neither, or do not say when to come back. */
    final AtomicInteger other = new AtomicInteger();
    private volatile boolean ended;

    PatientClients(RunningGateway gateway, int clients) {
        this.gateway = gateway;
        for (int i = 0; i < clients; i++) {
            post();
        }
    }

    private void post() {
        if (ended) {
            return;
        }
        gateway.sendLater(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").thenAccept(answer -> {
            if (answer.statusCode() == 202) {
                accepted.incrementAndGet();
                post();
                return;
            }
            long wait = answer.headers().firstValueAsLong("retry-after").orElse(0);
            (answer.statusCode() == 429 && wait > 0 ? refused : other).incrementAndGet();
            after(wait).execute(this::post);
        }).exceptionally(gone -> {
            other.incrementAndGet();
            return null;
        });
    }

    /** As everybody should: not all of them at the same moment. */
    private static Executor after(long seconds) {
        return CompletableFuture.delayedExecutor(seconds * 1_000 + ThreadLocalRandom.current().nextInt(500), TimeUnit.MILLISECONDS);
    }

    void end() {
        ended = true;
    }
}
