package dev.sluice.testing.report;

import dev.sluice.testing.guarantee.Finding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report as one file of HTML, without scripts and without the network. */
public final class Report {

    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;max-width:1120px;margin:2em auto;padding:0 1em;color:#212529;background:#fff}
            h1{font-size:1.5em} h2{font-size:1.1em;margin:1.6em 0 .3em} table{border-collapse:collapse;width:100%}
            td,th{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid #dee2e6;vertical-align:top}
            .held{color:#2b8a3e;font-weight:600} .broken{color:#c92a2a;font-weight:600}
            svg{width:100%;height:auto} svg text{font-size:11px;fill:#495057} path{fill:none;stroke-width:1.4}
            .grid{stroke:#e9ecef} .fault{fill:#868e96;fill-opacity:.22} .legend{margin:.1em 0 0 4.5em;font-size:.85em}
            @media (prefers-color-scheme:dark){body{background:#16191c;color:#e9ecef} td,th{border-color:#343a40}
            .grid{stroke:#2b3035} svg text{fill:#adb5bd}}
            """;

    private final String title;
    private final Map<String, String> figures;
    private final List<Finding> findings;
    private final List<String> troubles;
    private final Timeline timeline;
    private final double seconds;

    /** @param figures name and value, in the order of their rows */
    public Report(String title, Map<String, String> figures, List<Finding> findings, List<String> troubles, Timeline timeline, double seconds) {
        this.title = title;
        this.figures = figures;
        this.findings = findings;
        this.troubles = troubles;
        this.timeline = timeline;
        this.seconds = seconds;
    }

    public Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, html());
    }

    String html() {
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + Html.text(title)
                + "</title><style>\n" + STYLE + "</style></head><body>\n<h1>" + Html.text(title) + "</h1>\n");
        html.append("<h2>Guarantees</h2>\n<table><tr><th></th><th>guarantee</th><th>checked</th><th>violations</th></tr>\n");
        for (Finding finding : findings) {
            html.append(String.format(Locale.ROOT, "<tr><td class=\"%1$s\">%1$s</td><td>%2$s%3$s</td><td>%4$,d</td><td>%5$,d</td></tr>%n",
                    finding.held() ? "held" : "broken", Html.text(finding.guarantee()), lines(finding.examples()), finding.checked(), finding.violations()));
        }
        html.append("</table>\n").append(lines(troubles)).append("<h2>Figures</h2>\n<table>\n");
        figures.forEach((name, value) -> html.append("<tr><td>").append(Html.text(name)).append("</td><td>").append(Html.text(value)).append("</td></tr>\n"));
        html.append("</table>\n");
        for (String plot : timeline.plots()) {
            if (!timeline.series(plot).isEmpty()) {
                html.append("<h2>").append(Html.text(plot)).append("</h2>\n").append(new Plot(timeline.series(plot), timeline.bands(), seconds).svg());
            }
        }
        html.append("<h2>Faults</h2>\n<table><tr><th>from</th><th>for</th><th>what</th></tr>\n");
        timeline.bands().forEach(band -> html.append(String.format(Locale.ROOT, "<tr><td>%.1f s</td><td>%.1f s</td><td>%s</td></tr>%n",
                band.from(), band.to() - band.from(), Html.text(band.label()))));
        return html.append("</table>\n</body></html>\n").toString();
    }

    private static String lines(List<String> texts) {
        StringBuilder lines = new StringBuilder();
        texts.forEach(text -> lines.append("<br><span class=\"broken\">").append(Html.text(text)).append("</span>"));
        return lines.toString();
    }
}
