package dev.sluice.testing.fault;

import dev.sluice.devstack.Part;
import dev.sluice.devstack.StackFailure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Kafka, PostgreSQL or Redis. */
final class StackTarget implements Target {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Part part;
    private final String name;
    private final BooleanSupplier question;

    StackTarget(Part part, String name, BooleanSupplier question) {
        this.part = part;
        this.name = name;
        this.question = question;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void kill() {
        part.kill();
    }

    @Override
    public void start() throws FaultFailure {
        try {
            part.start();
        } catch (StackFailure e) {
            throw new FaultFailure(name() + " does not start again: " + e.getMessage(), e);
        }
    }

    @Override
    public void freeze() {
        part.freeze();
    }

    @Override
    public void resume() {
        part.resume();
    }

    @Override
    public boolean answers() throws InterruptedException {
        try {
            return CompletableFuture.supplyAsync(question::getAsBoolean).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
