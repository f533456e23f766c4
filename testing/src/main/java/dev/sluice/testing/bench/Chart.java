package dev.sluice.testing.bench;

import java.util.List;
import java.util.Locale;

/**
 * The results of a scenario as one SVG: a bar for each, as long as its rate (or as its p99, where latency was measured),
 * with a line from its slowest to its fastest run. Pure.
 */
final class Chart {

    private static final int WIDTH = 900;
    private static final int LEFT = 330;
    private static final int RIGHT = 150;
    private static final int ROW = 20;
    private static final int TOP = 34;

    private Chart() {
    }

    static String of(String scenario, List<Result> results) {
        boolean timed = !results.isEmpty() && results.stream().allMatch(result -> result.p99Millis() != null && !result.runs().isEmpty());
        double longest = results.stream().mapToDouble(result -> highest(result, timed)).max().orElse(1);
        StringBuilder svg = new StringBuilder(format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                + "font-family=\"sans-serif\" font-size=\"12\">%n<text x=\"4\" y=\"18\" font-size=\"15\">%s: %s</text>%n", WIDTH,
                TOP + ROW * results.size() + 8, scenario, timed ? "99 % of the events are committed within (ms)" : "events a second"));
        for (int i = 0; i < results.size(); i++) {
            Result result = results.get(i);
            double value = value(result, timed);
            int y = TOP + i * ROW;
            svg.append(format("<text x=\"4\" y=\"%d\">%s, durable %s%s</text>%n", y + 13, result.subject(), result.durable() ? "on" : "off",
                    result.load().isEmpty() ? "" : ", " + result.load()));
            svg.append(format("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n", LEFT, y + 2, length(value, longest), ROW - 6,
                    result.subject().startsWith("sluice") ? "#1f6fb4" : "#9aa7b4"));
            svg.append(format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"black\"/>%n", LEFT + length(lowest(result, timed), longest),
                    LEFT + length(highest(result, timed), longest), y + 9, y + 9));
            svg.append(format("<text x=\"%.1f\" y=\"%d\">%s</text>%n", LEFT + length(highest(result, timed), longest) + 6, y + 13,
                    format(timed ? "%.1f" : "%,.0f", value)
                            + (timed || result.ratioToCeiling() == null ? "" : format(" (%.2f)", result.ratioToCeiling()))));
        }
        return svg.append("</svg>\n").toString();
    }

    private static double value(Result result, boolean timed) {
        return timed ? result.p99Millis() : result.eventsPerSecond();
    }

    private static double lowest(Result result, boolean timed) {
        return result.runs().stream().mapToDouble(run -> timed ? run.latency().p99Millis() : run.eventsPerSecond()).min()
                .orElse(value(result, timed));
    }

    private static double highest(Result result, boolean timed) {
        return result.runs().stream().mapToDouble(run -> timed ? run.latency().p99Millis() : run.eventsPerSecond()).max()
                .orElse(value(result, timed));
    }

    private static double length(double value, double longest) {
        return (WIDTH - LEFT - RIGHT) * value / longest;
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
