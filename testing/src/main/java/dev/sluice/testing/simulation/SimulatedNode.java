package dev.sluice.testing.simulation;

import dev.sluice.bus.Bus;
import dev.sluice.consumer.SimulatedConsumer;
import dev.sluice.testing.simulation.Schedule.Alarm;
import dev.sluice.testing.simulation.Schedule.Strand;
import org.apache.kafka.common.KafkaException;

/** One process with one consumer instance: its poll thread, its event loop, its connections. */
final class SimulatedNode implements Host {

    private static final long CONTROL = Schedule.SECOND;
    private static final long LONGEST_IDLE = 2 * Schedule.SECOND;
    private static final int CONNECTIONS = 4;

    private final World world;
    private final String name;
    private final Strand loop;
    private final Strand poll;
    private final SimulatedPool pool;
    private final SimulatedConsumer consumer;
    private SimulatedClient client;
    private Alarm nextTurn;
    private long nextTurnAt;
    private long idle = Schedule.MILLI;
    private boolean stopping;

    SimulatedNode(World world, String name) {
        this.world = world;
        this.name = name;
        this.loop = world.schedule().strand(name + " loop");
        this.poll = world.schedule().strand(name + " poll");
        SimulatedVertx vertx = new SimulatedVertx(world.schedule(), loop,
                (failure, deadline) -> world.router().ask(this, failure, deadline));
        this.pool = new SimulatedPool(world, this, CONNECTIONS);
        this.consumer = new SimulatedConsumer(world.scenario().shape(), vertx.vertx(), vertx.context(), this::newClient,
                pool.pool(), Bus.install(vertx.vertx()), new SimulatedHandler(world, this), this::wake,
                (record, outcome) -> world.guarantees().onSettled(this, record, outcome));
        turnIn(Schedule.MILLI);
        control();
    }

    private org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> newClient() {
        client = new SimulatedClient(world, this);
        return client.consumer();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Strand loop() {
        return loop;
    }

    Strand pollStrand() {
        return poll;
    }

    SimulatedPool pool() {
        return pool;
    }

    SimulatedConsumer consumer() {
        return consumer;
    }

    SimulatedClient client() {
        return client;
    }

    boolean isRunning() {
        return !stopping && !poll.isDead();
    }

    private void control() {
        world.schedule().after(CONTROL, loop, () -> {
            consumer.control();
            control();
        });
    }

    /** There may be something to do for the poll thread. Any strand. */
    void wake() {
        if (nextTurn != null && nextTurnAt > world.schedule().nanos() + Schedule.MILLI && isRunning()) {
            nextTurn.cancel();
            turnIn(world.schedule().draw(0, Schedule.MILLI));
        }
    }

    void onPolled(boolean found) {
        idle = found ? Schedule.MILLI : Math.min(idle * 3, LONGEST_IDLE);
    }

    private void turnIn(long nanos) {
        nextTurnAt = world.schedule().nanos() + nanos;
        nextTurn = world.schedule().after(nanos, poll, this::turn);
    }

    private void turn() {
        nextTurn = null;
        if (stopping) {
            return;
        }
        try {
            consumer.turn();
            turnIn(world.schedule().draw(idle / 2, idle));
        } catch (RuntimeException broken) {
            boolean planned = broken instanceof KafkaException && broken.getMessage().startsWith("simulated");
            world.guarantees().onPollLoopBroken(this, planned ? null : broken);
            turnIn(100 * Schedule.MILLI);
        }
    }

    void breakPoll() {
        if (client != null) {
            client.breakDown();
        }
    }

    void expel() {
        if (client != null) {
            world.coordinator().remove(client.membership());
        }
    }

    void freeze(boolean on) {
        loop.freeze(on);
        poll.freeze(on);
    }

    /** In order: as SIGTERM. @param then when it is gone */
    void stop(Runnable then) {
        if (stopping) {
            return;
        }
        stopping = true;
        poll.add(() -> {
            consumer.stop();
            loop.add(consumer::cutAll);
            world.schedule().after(5 * Schedule.SECOND, null, this::end);
            then.run();
        });
    }

    /** At once: as SIGKILL. Its sockets close; what PostgreSQL is doing for it goes on. */
    void kill() {
        stopping = true;
        end();
    }

    private void end() {
        poll.kill();
        loop.kill();
        for (SimulatedConnection connection : world.database().open().toArray(new SimulatedConnection[0])) {
            if (connection.host() == this) {
                connection.cut();
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
