package dev.sluice.engine.publish;

import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.function.Consumer;

/** What became of the lines so far. Any thread may call. */
final class Tally {

    private static final long NO_ANSWER_NANOS = 1_000_000_000L;

    private static final long LONGEST_MICROS = Duration.ofMinutes(10).toNanos() / 1_000;

    private final Histogram micros = new Histogram(LONGEST_MICROS, 3);
    private final Consumer<String> complaints;
    private final long startNanos;
    private long noAnswerToldAt = System.nanoTime() - NO_ANSWER_NANOS;
    private long accepted;
    private long duplicates;
    private long rejected;
    private long unknown;

    /** @param complaints is told of each line that was refused or is unknown */
    Tally(Consumer<String> complaints, long startNanos) {
        this.complaints = complaints;
        this.startNanos = startNanos;
    }

    synchronized void onAccepted(Line line, boolean duplicate, long nowNanos) {
        if (duplicate && !line.mayBeWritten()) {
            duplicates++;
        } else {
            accepted++;
        }
        micros.recordValue(Math.min(LONGEST_MICROS, Math.max(0, (nowNanos - line.firstSentNanos()) / 1_000)));
    }

    synchronized void onRejected(long lineNumber, String reason) {
        rejected++;
        complaints.accept("line " + lineNumber + ": " + reason);
    }

    /** The lines are sent again; told once a second at most. */
    synchronized void onNoAnswer(long firstLine, int lines, Exception reason) {
        long now = System.nanoTime();
        if (now - noAnswerToldAt > NO_ANSWER_NANOS) {
            noAnswerToldAt = now;
            complaints.accept("no answer to " + lines + " lines from line " + firstLine + " on, trying again: " + reason);
        }
    }

    synchronized void onUnknown() {
        unknown++;
    }

    synchronized Summary summary(long nowNanos) {
        long sent = accepted + duplicates + rejected + unknown;
        double seconds = (nowNanos - startNanos) / 1e9;
        return new Summary(sent, accepted, duplicates, rejected, unknown, rounded(seconds),
                rounded(seconds > 0 ? sent / seconds : 0), rounded(micros.getValueAtPercentile(50) / 1e3),
                rounded(micros.getValueAtPercentile(99) / 1e3));
    }

    private static double rounded(double number) {
        return Math.round(number * 1000) / 1000.0;
    }
}
