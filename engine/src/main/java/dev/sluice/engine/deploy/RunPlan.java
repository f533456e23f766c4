package dev.sluice.engine.deploy;

import dev.sluice.config.InvalidSetting;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How many instances of each verticle a node runs. */
public record RunPlan(Map<VerticleKind, Integer> instances) {

    private static final String ALLOWED = "all, or several of " + Arrays.stream(VerticleKind.values())
            .map(VerticleKind::word).collect(Collectors.joining(", ")) + " joined by commas, each with =N for N instances (0 to 64)";

    public RunPlan {
        InvalidSetting.unless(instances.values().stream().anyMatch(count -> count > 0), "--run", "", ALLOWED);
        instances = new EnumMap<>(instances);
    }

    /** Reads {@code all}, {@code consumer=2,gateway}, {@code all,consumer=4}; a later word wins. */
    public static RunPlan parse(String text) {
        Map<VerticleKind, Integer> instances = new EnumMap<>(VerticleKind.class);
        for (String part : text.split(",", -1)) {
            String[] wordAndCount = part.trim().split("=", 2);
            int count = wordAndCount.length == 1 ? 1 : count(part, wordAndCount[1]);
            boolean known = false;
            for (VerticleKind kind : VerticleKind.values()) {
                if (wordAndCount[0].equals("all") || wordAndCount[0].equals(kind.word()) || wordAndCount[0].equals(kind.component())) {
                    instances.put(kind, count);
                    known = true;
                }
            }
            InvalidSetting.unless(known, "--run", part, ALLOWED);
        }
        return new RunPlan(instances);
    }

    public int of(VerticleKind kind) {
        return instances.getOrDefault(kind, 0);
    }

    private static int count(String part, String text) {
        InvalidSetting.unless(text.matches("[0-9]{1,2}") && Integer.parseInt(text) <= 64, "--run", part, ALLOWED);
        return Integer.parseInt(text);
    }

    @Override
    public String toString() {
        return instances.entrySet().stream().map(entry -> entry.getKey().word() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }
}
