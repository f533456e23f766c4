package dev.sluice.testing.simulation;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Many schedules, of ascending seeds, on some threads, until one breaks a guarantee or all are run. */
final class Campaign {

    /**
     * @param schedules that were run
     * @param counts    what happened in them, how often
     * @param broken    the lowest seed of those that broke something, and how; null when none did
     */
    record Outcome(long schedules, long steps, Map<String, Long> counts, Plan broken, Result how) {
    }

    private final Product product;
    private final int threads;
    private final LongConsumer progress;

    /** @param progress told the number of schedules run, now and then */
    Campaign(Product product, int threads, LongConsumer progress) {
        this.product = product;
        this.threads = threads;
        this.progress = progress;
    }

    Outcome run(long firstSeed, long schedules) {
        AtomicLong next = new AtomicLong();
        LongAdder steps = new LongAdder();
        LongAdder done = new LongAdder();
        Map<String, Long> counts = new TreeMap<>();
        ConcurrentSkipListMap<Long, Result> broken = new ConcurrentSkipListMap<>();
        Runnable worker = () -> {
            Map<String, Long> own = new TreeMap<>();
            for (long i = next.getAndIncrement(); i < schedules && broken.isEmpty(); i = next.getAndIncrement()) {
                Result result = product.run(Plan.of(firstSeed + i));
                steps.add(result.steps());
                done.increment();
                result.counts().forEach((what, times) -> own.merge(what, (long) times, Long::sum));
                if (!result.held()) {
                    broken.put(firstSeed + i, result);
                }
                if (i % 500 == 499) {
                    progress.accept(i + 1);
                }
            }
            synchronized (counts) {
                own.forEach((what, times) -> counts.merge(what, times, Long::sum));
            }
        };
        Thread[] others = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            others[i] = new Thread(worker, "simulation-" + i);
            others[i].start();
        }
        try {
            for (Thread each : others) {
                each.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean held = broken.isEmpty();
        return new Outcome(done.sum(), steps.sum(), counts, held ? null : Plan.of(broken.firstKey()),
                held ? null : broken.firstEntry().getValue());
    }
}
