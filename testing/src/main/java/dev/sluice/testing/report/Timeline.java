package dev.sluice.testing.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values over time, by plot and series, and the faults among them. Seconds count from the beginning. Safe for threads. */
public final class Timeline {

    /** @param value NaN where nobody answered */
    public record Point(double seconds, double value) {
    }

    /** A stretch of time with a name. */
    public record Band(double from, double to, String label) {
    }

    private final Map<String, Map<String, List<Point>>> plots = new LinkedHashMap<>();
    private final List<Band> bands = new ArrayList<>();

    /** @param plots in the order of the report; others can't be recorded */
    public Timeline(List<String> plots) {
        plots.forEach(plot -> this.plots.put(plot, new LinkedHashMap<>()));
    }

    public synchronized void record(String plot, String series, double seconds, double value) {
        plots.get(plot).computeIfAbsent(series, name -> new ArrayList<>()).add(new Point(seconds, value));
    }

    public synchronized void band(double from, double to, String label) {
        bands.add(new Band(from, to, label));
    }

    synchronized List<String> plots() {
        return List.copyOf(plots.keySet());
    }

    synchronized Map<String, List<Point>> series(String plot) {
        Map<String, List<Point>> copy = new LinkedHashMap<>();
        plots.get(plot).forEach((name, points) -> copy.put(name, List.copyOf(points)));
        return copy;
    }

    public synchronized List<Band> bands() {
        return List.copyOf(bands);
    }

    /** The points of a series; none when it was never recorded. */
    public synchronized List<Point> points(String plot, String series) {
        return List.copyOf(plots.get(plot).getOrDefault(series, List.of()));
    }
}
