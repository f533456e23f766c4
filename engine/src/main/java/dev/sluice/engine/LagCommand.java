package dev.sluice.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.operations.NodeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(name = "lag", mixinStandardHelpOptions = true, description = "Prints how far each group is behind, by partition.")
final class LagCommand implements Callable<Integer> {

    private static final String ROW = "%-20s %-20s %9s %11s %11s %9s %8s  %-8s %s%n";
    private static final String SUM = "%-20s %-20s %9d events, %s%n";

    @Mixin
    private RunningNode node;

    @Option(names = "--json", description = "for programs")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<NodeFile> found = node.find();
        if (found.isEmpty()) {
            spec.commandLine().getErr().println("sluice: nothing is running (no node over " + node.data() + ")");
            return 1;
        }
        RunningNode.Answer answer;
        try {
            answer = RunningNode.get(found.get().operations(), "/admin/lag");
        } catch (IOException e) {
            spec.commandLine().getErr().println("sluice: the node does not answer: " + e.getMessage());
            return 1;
        }
        JsonNode report = new ObjectMapper().readTree(answer.body());
        if (answer.status() != 200) {
            spec.commandLine().getErr().println("sluice: " + report.path("reason").asText("status " + answer.status()));
            return 1;
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(new String(answer.body(), StandardCharsets.UTF_8));
        } else {
            print(out, report);
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, JsonNode report) {
        out.printf(ROW, "GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "SECONDS", "VERDICT", "REASON");
        for (JsonNode row : report.path("partitions")) {
            out.printf(ROW, row.path("group").asText(), row.path("topic").asText(), row.path("partition").asText(),
                    row.path("committed").asText("none"), row.path("end").asText(), row.path("lag").asText("none"),
                    row.path("seconds").isNumber() ? String.format(Locale.ROOT, "%.1f", row.path("seconds").asDouble()) : "none",
                    row.path("verdict").asText(), row.path("reason").asText());
        }
        for (JsonNode topic : report.path("topics")) {
            out.printf(SUM, topic.path("group").asText(), topic.path("topic").asText(), topic.path("lag").asLong(),
                    drain(topic.path("lag").asLong(), topic.path("drainSeconds")));
        }
        out.printf("parked %d, total %d%n", report.path("parked").asLong(), report.path("total").asLong());
    }

    private static String drain(long lag, JsonNode seconds) {
        return lag == 0 ? "nothing to drain" : seconds.isNumber()
                ? String.format(Locale.ROOT, "drained in %.0f s at the present pace", seconds.asDouble())
                : "not shrinking, or not seen for long enough";
    }
}
