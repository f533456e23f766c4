package dev.sluice.testing.fault;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy between two parts, whose condition can be changed at any moment. All links of a Vert.x instance run on its
 * one event loop; {@link #set} may be called from any other thread and returns when the new condition holds.
 */
public final class Link implements AutoCloseable {

    private static final long ANSWER_SECONDS = 10;
    private static final String HOST = "127.0.0.1";

    private final String name;
    private final Vertx vertx;
    private final NetServer server;
    private final NetClient client;
    private final int target;
    private final Set<Pipe.Pair> open = new HashSet<>();
    private final AtomicLong affected = new AtomicLong();
    /** Changed on the event loop alone. */
    private volatile Condition condition = new Condition.Clear();

    /** @param vertx with one event loop */
    public Link(String name, Vertx vertx, int port, int target) throws FaultFailure {
        this.name = name;
        this.vertx = vertx;
        this.target = target;
        this.client = vertx.createNetClient();
        this.server = vertx.createNetServer().connectHandler(this::onConnected);
        await(server.listen(port, HOST));
    }

    public String name() {
        return name;
    }

    public int port() {
        return server.actualPort();
    }

    /** From now on. What was under way arrives, unless connections are reset. */
    void set(Condition next) throws FaultFailure {
        Future<Void> changed = Future.future(promise -> vertx.runOnContext(now -> {
            boolean resets = next instanceof Condition.Cut || condition instanceof Condition.HalfOpen;
            affected.set(next instanceof Condition.Cut ? open.size() : 0);
            condition = next;
            if (resets) {
                Set.copyOf(open).forEach(Pipe.Pair::reset);
            } else {
                open.forEach(Pipe.Pair::onConditionChanged);
            }
            promise.complete();
        }));
        await(changed);
    }

    /** Connections that were reset or refused, or bytes that were held up, in the present condition. */
    long affected() {
        return affected.get();
    }

    private void onConnected(NetSocket near) {
        if (condition instanceof Condition.Cut) {
            affected.incrementAndGet();
            near.close();
            return;
        }
        near.pause();
        client.connect(target, HOST).onSuccess(far -> {
            Pipe.Pair pair = new Pipe.Pair(vertx, near, far, () -> condition, affected::addAndGet);
            open.add(pair);
            pair.onEnd(() -> open.remove(pair));
            if (condition instanceof Condition.Cut) {
                pair.reset();
            }
        }).onFailure(refused -> near.close());
    }

    static <T> T await(Future<T> future) throws FaultFailure {
        try {
            return future.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultFailure("interrupted", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new FaultFailure("a link does not do what it was told: " + e, e);
        }
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
