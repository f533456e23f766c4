package dev.sluice.engine;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.engine.operations.NodeFile;
import dev.sluice.engine.operations.StatusReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

@Command(name = "status", mixinStandardHelpOptions = true, description = "Says what runs, where, and how far behind it is.")
final class StatusCommand implements Callable<Integer> {

    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    @Mixin
    private RunningNode node;

    @Option(names = "--json", description = "for programs")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<NodeFile> found = node.find();
        if (found.isEmpty()) {
            spec.commandLine().getErr().println("sluice: nothing is running (no node over " + node.data() + ")");
            return 1;
        }
        StatusReport status;
        try {
            RunningNode.Answer answer = RunningNode.get(found.get().operations(), "/admin/status");
            status = JSON.readValue(answer.body(), StatusReport.class).withPostgres(found.get().postgres());
        } catch (IOException e) {
            spec.commandLine().getErr().println("sluice: the node (pid " + found.get().pid() + ") does not answer at "
                    + found.get().operations() + ": " + e.getMessage());
            return 1;
        }
        out.println(json ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(status) : text(status));
        out.flush();
        return 0;
    }

    private static String text(StatusReport status) {
        String verticles = status.verticles().stream().map(running -> running.name() + " x " + running.instances())
                .collect(Collectors.joining(", "));
        return String.join(System.lineSeparator(), Stream.concat(Stream.of(
                "node        " + status.node() + " (pid " + status.pid() + ", " + (status.ready() ? "ready" : "not ready") + ")",
                "gateway     " + (status.gateway() == null ? "none" : status.gateway()),
                "operations  " + status.operations(),
                "kafka       " + status.kafka(),
                "postgres    " + status.postgres().replaceFirst(":[^:@/]*@", ":***@"),
                "redis       " + status.redis(),
                "verticles   " + verticles,
                "lag         " + (status.lag() == null ? "not known (" + status.lagReason() + ")" : status.lag())),
                status.troubles().stream().map(trouble -> "trouble     " + trouble)).toList());
    }
}
