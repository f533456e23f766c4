package dev.sluice.testing.report;

import dev.sluice.testing.report.Timeline.Point;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A row for each series, darker where its value is greater, on a logarithmic scale over all of them. Of more than 24 rows
 * those that are always empty are left out. Pure.
 */
final class HeatMap {

    private static final int COLUMNS = 150;
    private static final int SHADES = 8;
    private static final int LEFT = 150;
    private static final int HEIGHT = Plot.PART_HEIGHT - 48;
    private static final int TOP = 24;
    /** With more rows, each third, tenth or so is labelled. */
    private static final int LABELS = 12;
    private static final int ROWS = 24;

    private final Map<String, List<Point>> series;
    private final double seconds;
    private final double greatest;

    HeatMap(Map<String, List<Point>> series, double seconds) {
        this.series = series.size() <= ROWS ? series : filled(series);
        this.seconds = Math.max(1, seconds);
        this.greatest = series.values().stream().flatMap(List::stream).mapToDouble(Point::value)
                .filter(Double::isFinite).max().orElse(0);
    }

    private static Map<String, List<Point>> filled(Map<String, List<Point>> all) {
        Map<String, List<Point>> filled = new LinkedHashMap<>(all);
        filled.values().removeIf(points -> points.stream().noneMatch(point -> point.value() > 0));
        return filled;
    }

    /** As {@link Plot#part}. */
    String part(String title, int top) {
        StringBuilder part = new StringBuilder(format("<g transform=\"translate(0,%d)\"><text class=\"title\" x=\"%d\" y=\"14\">%s</text>%n"
                + "<text x=\"%d\" y=\"14\">darkest: %,.4g</text>%n", top, LEFT, Html.text(title), LEFT + 8 * title.length() + 20, greatest));
        double rowHeight = (double) HEIGHT / Math.max(1, series.size());
        int every = (series.size() + LABELS - 1) / LABELS;
        int row = 0;
        for (Map.Entry<String, List<Point>> each : series.entrySet()) {
            double y = TOP + row * rowHeight;
            if (row++ % Math.max(1, every) == 0) {
                part.append(format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", LEFT - 6, y + Math.max(9, rowHeight / 2 + 4), Html.text(each.getKey())));
            }
            part.append(row(each.getValue(), y, rowHeight));
        }
        for (int step = 0; step <= SHADES; step++) {
            part.append(format("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f s</text>%n",
                    Math.min(x(COLUMNS * (double) step / SHADES), Plot.WIDTH - 20), TOP + HEIGHT + 16, seconds * step / SHADES));
        }
        return part.append("</g>\n").toString();
    }

    /** Neighbours of the same shade are one rectangle. */
    private String row(List<Point> points, double y, double height) {
        int[] shades = new int[COLUMNS];
        for (Point point : points) {
            int column = (int) Math.min(COLUMNS - 1, Math.max(0, point.seconds() / seconds * COLUMNS));
            shades[column] = Math.max(shades[column], shade(point.value()));
        }
        StringBuilder row = new StringBuilder();
        for (int from = 0; from < COLUMNS; ) {
            int to = from;
            while (to < COLUMNS && shades[to] == shades[from]) {
                to++;
            }
            if (shades[from] > 0) {
                row.append(format("<rect x=\"%.1f\" y=\"%.2f\" width=\"%.1f\" height=\"%.2f\" fill=\"#d1600f\" fill-opacity=\"%.2f\"/>%n",
                        x(from), y, x(to) - x(from), height, (double) shades[from] / SHADES));
            }
            from = to;
        }
        return row.toString();
    }

    /** 0 for nothing. */
    private int shade(double value) {
        return !(value > 0) || greatest <= 0 ? 0
                : Math.max(1, (int) Math.round(SHADES * Math.log1p(value * 100 / greatest) / Math.log1p(100)));
    }

    private static double x(double column) {
        return LEFT + column / COLUMNS * (Plot.WIDTH - LEFT);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
