package dev.sluice.testing.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Time and threads of one simulated world, on one real thread. A strand is a thread that runs its tasks one after the
 * other; which strand goes next is drawn from the seed, and time passes when none has anything to do. A strand that
 * blocks lets the others run inside its own call ({@link #await}).
 */
final class Schedule {

    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    /** The virtual day begins in 2026, so that times look like times. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    /** What unwinds the stack of a strand whose process was killed while it waited. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        private Killed() {
            super("killed", null, false, false);
        }
    }

    /** One thread. */
    final class Strand {
        private final String name;
        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private boolean busy;
        private boolean dead;
        private boolean frozen;

        private Strand(String name) {
            this.name = name;
        }

        void add(Runnable task) {
            if (!dead) {
                tasks.add(task);
            }
        }

        void kill() {
            dead = true;
            tasks.clear();
            strands.remove(this);
        }

        boolean isDead() {
            return dead;
        }

        void freeze(boolean on) {
            frozen = on;
        }

        private boolean isReady() {
            return !busy && !frozen && !tasks.isEmpty();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A task at a time. */
    final class Alarm implements Comparable<Alarm> {
        private final long at;
        private final long number;
        private final Strand strand;
        private Runnable task;

        private Alarm(long at, Strand strand, Runnable task) {
            this.at = at;
            this.number = alarmCount++;
            this.strand = strand;
            this.task = task;
        }

        /** @return false when it has rung or was cancelled before */
        boolean cancel() {
            boolean pending = task != null;
            task = null;
            return pending;
        }

        @Override
        public int compareTo(Alarm other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final SplittableRandom random;
    private final Runnable afterEachTask;
    private final Consumer<Throwable> onThrown;
    private final List<Strand> strands = new ArrayList<>();
    private final List<Strand> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private long alarmCount;
    private Strand current;
    private long now = SECOND;
    private long steps;

    Schedule(long seed, Runnable afterEachTask, Consumer<Throwable> onThrown) {
        this.random = new SplittableRandom(seed);
        this.onThrown = onThrown;
        this.afterEachTask = afterEachTask;
    }

    Strand strand(String name) {
        Strand strand = new Strand(name);
        strands.add(strand);
        return strand;
    }

    long nanos() {
        return now;
    }

    long millis() {
        return EPOCH_MILLIS + now / MILLI;
    }

    /** Whose task runs now, of tasks inside each other the innermost; null for a server's. */
    Strand current() {
        return current;
    }

    long steps() {
        return steps;
    }

    /** @return from 0, below {@code bound} */
    int draw(int bound) {
        return random.nextInt(bound);
    }

    long draw(long from, long to) {
        return from >= to ? from : random.nextLong(from, to);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    SplittableRandom random() {
        return random;
    }

    /** @param strand null for what runs by itself, such as a server */
    Alarm after(long nanos, Strand strand, Runnable task) {
        Alarm alarm = new Alarm(now + Math.max(0, nanos), strand, task);
        alarms.add(alarm);
        return alarm;
    }

    /** @return false when nothing is left to happen */
    boolean step() {
        steps++;
        ready.clear();
        for (Strand strand : strands) {
            if (strand.isReady()) {
                ready.add(strand);
            }
        }
        if (!ready.isEmpty()) {
            Strand next = ready.size() == 1 ? ready.get(0) : ready.get(random.nextInt(ready.size()));
            run(next, next.tasks.poll());
            return true;
        }
        Alarm alarm = alarms.poll();
        if (alarm == null) {
            return false;
        }
        now = Math.max(now, alarm.at);
        Runnable task = alarm.task;
        alarm.task = null;
        if (task != null) {
            if (alarm.strand == null) {
                run(null, task);
            } else {
                alarm.strand.add(task);
            }
        }
        return true;
    }

    private void run(Strand strand, Runnable task) {
        if (strand != null) {
            strand.busy = true;
        }
        Strand outer = current;
        current = strand;
        try {
            task.run();
        } catch (Killed unwound) {
            if (strand == null || !strand.dead) {
                throw unwound;
            }
        } catch (RuntimeException | Error thrown) {
            onThrown.accept(thrown);
            throw thrown;
        } finally {
            current = outer;
            if (strand != null) {
                strand.busy = false;
            }
        }
        afterEachTask.run();
    }

    /**
     * The strand waits while the others run.
     *
     * @return whether it is done; false once the time is over
     */
    boolean await(Strand strand, BooleanSupplier done, long nanos) {
        long deadline = now + nanos;
        after(nanos, null, () -> { });
        while (true) {
            if (strand.dead) {
                throw new Killed();
            }
            if (!strand.frozen && (done.getAsBoolean() || now >= deadline)) {
                return done.getAsBoolean();
            }
            if (!step()) {
                return done.getAsBoolean();
            }
        }
    }
}
