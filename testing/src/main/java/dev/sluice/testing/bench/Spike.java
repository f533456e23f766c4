package dev.sluice.testing.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A steady load, then ten times as much for a few seconds, then the steady load again, which waits for nobody: how late
 * events are in each, and so how long the spike is felt.
 */
final class Spike {

    private static final int STEADY = 2_000;
    private static final int TIMES = 10;
    private static final int WARM_UP_SECONDS = 12;
    private static final int STEADY_SECONDS = 8;
    private static final int SPIKE_SECONDS = 4;

    private final EndToEnd endToEnd;

    Spike(EndToEnd endToEnd) {
        this.endToEnd = endToEnd;
    }

    Map<String, Run> run(Subject subject) throws Exception {
        return endToEnd.run(subject, site -> {
            int first = endToEnd.phase(site, STEADY, 0, WARM_UP_SECONDS).loop().end();
            OpenLoop before = OpenLoop.startingSoon(STEADY, first, STEADY_SECONDS);
            OpenLoop spike = before.then(STEADY * TIMES, SPIKE_SECONDS);
            OpenLoop after = spike.then(STEADY, STEADY_SECONDS);
            List<EndToEnd.Phase> phases = endToEnd.phases(site, List.of(before, spike, after));
            Map<String, Run> runs = new LinkedHashMap<>();
            runs.put("before", phases.get(0).run());
            runs.put("spike", phases.get(1).run());
            runs.put("after", phases.get(2).run());
            return runs;
        });
    }
}
