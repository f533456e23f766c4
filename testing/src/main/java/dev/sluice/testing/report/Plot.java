package dev.sluice.testing.report;

import dev.sluice.testing.report.Timeline.Band;
import dev.sluice.testing.report.Timeline.Point;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One plot as inline SVG: a line for each series, gaps where nobody answered, a grey band for each fault. Pure. */
final class Plot {

    static final int WIDTH = 1_100;
    private static final int HEIGHT = 170;
    private static final int TITLE = 22;
    /** Of a {@link #part}. */
    static final int PART_HEIGHT = HEIGHT + TITLE + 8;
    private static final int LEFT = 70;
    private static final int TOP = 10;
    private static final int BOTTOM = 22;
    private static final int STEPS = 4;
    private static final List<String> COLOURS =
            List.of("#1f6fb4", "#d1600f", "#2b8a3e", "#a61e4d", "#6741d9", "#66788a", "#0b7285", "#8c6d1f", "#495057");

    private final Map<String, List<Point>> series;
    private final List<Band> bands;
    private final double seconds;
    private final double top;

    /** @param seconds the right end of the axis */
    Plot(Map<String, List<Point>> series, List<Band> bands, double seconds) {
        this.series = series;
        this.bands = bands;
        this.seconds = Math.max(1, seconds);
        this.top = roundedUp(series.values().stream().flatMap(List::stream).mapToDouble(Point::value)
                .filter(Double::isFinite).max().orElse(1));
    }

    /** The next of 1, 2, 5, 10, 20, ... */
    static double roundedUp(double value) {
        if (!(value > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 5, 10}) {
            if (value <= step * power * 1.0000001) {
                return step * power;
            }
        }
        return 10 * power;
    }

    /** With its legend below, for a page. */
    String svg() {
        return "<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\">\n" + drawing() + "</svg>\n" + legend();
    }

    /** With its title and legend above, as a part of a larger drawing. */
    String part(String title, int top) {
        StringBuilder part = new StringBuilder(format("<g transform=\"translate(0,%d)\"><text class=\"title\" x=\"%d\" y=\"14\">%s</text>%n",
                top, LEFT, Html.text(title)));
        int colour = 0;
        int at = LEFT + 8 * title.length() + 20;
        for (String name : series.keySet()) {
            if (at + 7 * name.length() > WIDTH) {
                part.append(format("<text x=\"%d\" y=\"14\">...</text>%n", at));
                break;
            }
            part.append(format("<text x=\"%d\" y=\"14\" style=\"fill:%s\">&#9632; %s</text>%n", at, COLOURS.get(colour++ % COLOURS.size()), Html.text(name)));
            at += 7 * name.length() + 28;
        }
        return part.append("<g transform=\"translate(0,").append(TITLE).append(")\">\n").append(drawing()).append("</g></g>\n").toString();
    }

    private String drawing() {
        StringBuilder svg = new StringBuilder();
        for (Band band : bands) {
            svg.append(format("<rect class=\"fault\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>%n", x(band.from()), TOP,
                    Math.max(1.5, x(band.to()) - x(band.from())), HEIGHT - TOP - BOTTOM, Html.text(band.label())));
        }
        for (int step = 0; step <= STEPS; step++) {
            double value = top * step / STEPS;
            svg.append(format("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT, WIDTH, y(value), y(value), LEFT - 6, y(value) + 4, number(value)));
        }
        for (int step = 0; step <= 2 * STEPS; step++) {
            double at = seconds * step / (2 * STEPS);
            svg.append(format("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s s</text>%n", Math.min(x(at), WIDTH - 20), HEIGHT - 6, number(Math.rint(at))));
        }
        int colour = 0;
        for (List<Point> points : series.values()) {
            svg.append("<path d=\"").append(path(points)).append("\" stroke=\"").append(COLOURS.get(colour++ % COLOURS.size())).append("\"/>\n");
        }
        return svg.toString();
    }

    private String path(List<Point> points) {
        StringBuilder path = new StringBuilder();
        boolean down = false;
        for (Point point : points) {
            if (Double.isFinite(point.value())) {
                path.append(format("%s%.1f %.1f ", down ? "L" : "M", x(point.seconds()), y(point.value())));
            }
            down = Double.isFinite(point.value());
        }
        return path.toString().strip();
    }

    private String legend() {
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        int colour = 0;
        for (String name : series.keySet()) {
            legend.append("<span style=\"color:").append(COLOURS.get(colour++ % COLOURS.size())).append("\">&#9632; ").append(Html.text(name)).append("</span> ");
        }
        return legend.append("</p>\n").toString();
    }

    private double x(double at) {
        return LEFT + at / seconds * (WIDTH - LEFT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? format("%,.0f", value) : format("%s", value);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
