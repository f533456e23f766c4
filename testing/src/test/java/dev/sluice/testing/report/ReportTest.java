package dev.sluice.testing.report;

import dev.sluice.testing.guarantee.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTest {

    @Test
    void shouldLeaveAGapWhereNobodyAnswered() {
        Timeline timeline = new Timeline(List.of("Lag"));
        timeline.record("Lag", "audit", 1, 10);
        timeline.record("Lag", "audit", 2, Double.NaN);
        timeline.record("Lag", "audit", 3, 20);

        String svg = new Plot(timeline.series("Lag"), List.of(), 10).svg();
        assertThat(svg.lines().filter(line -> line.startsWith("<path"))).singleElement().asString()
                .containsPattern("M[0-9.]+ [0-9.]+ M[0-9.]+ [0-9.]+\"").doesNotContain("NaN", "L");
    }

    @Test
    void shouldDrawAHeatMapDarkestWhereTheValueIsGreatestAndNothingForNothing() {
        Timeline timeline = new Timeline(List.of("Lag by partition"));
        timeline.record("Lag by partition", "audit 0", 1, 0);
        timeline.record("Lag by partition", "audit 0", 5, 1_000);
        timeline.record("Lag by partition", "audit 1", 5, 10);

        String svg = Figure.svg(timeline, 10, Set.of("Lag by partition"));

        assertThat(svg.lines().filter(line -> line.contains("fill-opacity=\""))).hasSize(2)
                .anyMatch(line -> line.contains("fill-opacity=\"1.00\"")).noneMatch(line -> line.contains("fill-opacity=\"0.00\""));
        assertThat(svg).contains(">audit 0<", ">audit 1<", "darkest: 1,000");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.3, 0.5", "1, 1", "1.1, 2", "4999, 5000", "7, 10", "100, 100"})
    void shouldEndTheAxisAtARoundNumber(double greatest, double top) {
        assertThat(Plot.roundedUp(greatest)).isEqualTo(top);
    }

    @Test
    void shouldTellAllAndAskNothingOfTheNetwork() {
        Timeline timeline = new Timeline(List.of("Lag", "Nothing known"));
        timeline.record("Lag", "audit", 1, 10);
        timeline.band(1, 2, "kill <node> & more");
        String html = new Report("A proof", Map.of("seed", "7"), List.of(new Finding("Nothing is lost", 5, 1, List.of("audit: e <1>"))),
                List.of("it broke"), timeline, 10).html();

        assertThat(html).contains("<td class=\"broken\">broken</td><td>Nothing is lost", "audit: e &lt;1&gt;", "it broke", "<td>7</td>",
                "kill &lt;node&gt; &amp; more", "class=\"fault\"", "<h2>Lag</h2>").doesNotContain("Nothing known", "<script", "http", "src=");
    }
}
