package dev.sluice.testing.report;

import java.util.List;
import java.util.Set;

/** All plots of a timeline below each other, as one SVG file for a document: it brings its own style and background. */
public final class Figure {

    private static final String STYLE = """
            text{font:11px system-ui,sans-serif;fill:#495057} .title{font-size:13px;font-weight:600;fill:#212529}
            path{fill:none;stroke-width:1.4} .grid{stroke:#e9ecef} .fault{fill:#868e96;fill-opacity:.22}
            """;

    private Figure() {
    }

    /** @param seconds the right end of the axes */
    public static String svg(Timeline timeline, double seconds) {
        return svg(timeline, seconds, Set.of());
    }

    /** @param heatMaps plots with a row for each series */
    public static String svg(Timeline timeline, double seconds, Set<String> heatMaps) {
        List<String> plots = timeline.plots();
        int height = plots.size() * Plot.PART_HEIGHT;
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + Plot.WIDTH + " " + height
                + "\">\n<style>" + STYLE + "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        for (int i = 0; i < plots.size(); i++) {
            String plot = plots.get(i);
            int top = i * Plot.PART_HEIGHT;
            svg.append(heatMaps.contains(plot) ? new HeatMap(timeline.series(plot), seconds).part(plot, top)
                    : new Plot(timeline.series(plot), timeline.bands(), seconds).part(plot, top));
        }
        return svg.append("</svg>\n").toString();
    }
}
