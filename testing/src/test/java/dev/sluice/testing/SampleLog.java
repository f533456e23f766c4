package dev.sluice.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A made log of CloudEvents, as a real one looks: cases that run side by side, each in sequence from 1; one line in a
 * hundred twice, one in a thousand broken.
 */
record SampleLog(Path file, int events, int lines, int malformed, Map<String, Integer> lastSequences) {

    static SampleLog write(Path file, String run, int events, int cases, long seed) throws IOException {
        Random random = new Random(seed);
        Map<String, Integer> sequences = new HashMap<>();
        List<String> lines = new ArrayList<>();
        int malformed = 0;
        for (int i = 0; i < events; i++) {
            String entity = "permit:" + run + "-" + (int) (Math.pow(random.nextDouble(), 2) * cases);
            int sequence = sequences.merge(entity, 1, Integer::sum);
            String line = """
                    {"specversion":"1.0","id":"%s-%d","source":"/tests/%s","type":"T%02d","subject":"%s","partitionkey":"%s",\
                    "sequence":"%d","time":"2026-01-02T03:04:05Z","data":{"n":%d,"note":"%s"}}"""
                    .formatted(run, i, run, sequence, entity, entity, sequence, i, "x".repeat(random.nextInt(60)));
            lines.add(line);
            if (random.nextInt(100) == 0) {
                lines.add(line);
            }
            if (random.nextInt(1_000) == 0) {
                lines.add(line.substring(0, line.length() / 2));
                malformed++;
            }
        }
        Files.write(file, lines);
        return new SampleLog(file, events, lines.size(), malformed, sequences);
    }

    int repeated() {
        return lines - events - malformed;
    }
}
