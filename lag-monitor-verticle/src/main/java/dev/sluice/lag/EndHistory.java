package dev.sluice.lag;

import java.util.ArrayList;
import java.util.List;

/**
 * When a partition's end was where: from it follows the age of an offset. At most 240 samples; when they are full every
 * second one goes, so that the past gets coarser and not shorter. Pure.
 */
final class EndHistory {

    private static final int CAPACITY = 240;

    private record Sample(long millis, long end) {
    }

    /** Times ascend strictly, ends ascend; a run of equal ends is its first and its last sample. */
    private final List<Sample> samples = new ArrayList<>();

    void onSampled(long nowMillis, long end) {
        int size = samples.size();
        if (size > 0 && samples.get(size - 1).end() > end) {
            samples.clear();
        } else if (size > 0 && samples.get(size - 1).millis() >= nowMillis) {
            samples.remove(size - 1);
        } else if (size > 1 && samples.get(size - 1).end() == end && samples.get(size - 2).end() == end) {
            samples.remove(size - 1);
        }
        if (samples.size() == CAPACITY) {
            thin();
        }
        samples.add(new Sample(nowMillis, end));
    }

    /**
     * Age in seconds of the record at {@code offset}: the moment at which the end passed it, linear between two samples.
     * At least the age of the oldest sample when it was there before that one; 0 when the end has not passed it.
     */
    double ageOf(long offset, long nowMillis) {
        for (int i = 0; i < samples.size(); i++) {
            Sample after = samples.get(i);
            if (after.end() > offset) {
                return Math.max(0, nowMillis - (i == 0 ? after.millis() : passed(offset, samples.get(i - 1), after))) / 1000.0;
            }
        }
        return 0;
    }

    private static double passed(long offset, Sample before, Sample after) {
        double share = (double) (offset - before.end()) / (after.end() - before.end());
        return before.millis() + share * (after.millis() - before.millis());
    }

    private void thin() {
        for (int i = samples.size() - 2; i > 0; i -= 2) {
            samples.remove(i);
        }
    }
}
