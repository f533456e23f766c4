package dev.sluice.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.operations.NodeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(name = "partition", mixinStandardHelpOptions = true,
        description = "resume: lets a group go on with a partition that stands still because its offsets are gone.")
final class PartitionCommand implements Callable<Integer> {

    private enum Action { resume }

    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(index = "0", paramLabel = "resume")
    private Action action;

    @Parameters(index = "1", paramLabel = "GROUP")
    private String group;

    @Parameters(index = "2", paramLabel = "TOPIC-PARTITION", description = "such as events-7")
    private String partition;

    @Option(names = "--from", defaultValue = "earliest", paramLabel = "earliest|OFFSET",
            description = "what is read next (default: ${DEFAULT-VALUE}, the first that is left)")
    private String from;

    @Mixin
    private RunningNode node;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!partition.matches(".+-[0-9]{1,9}")) {
            return fail("'" + partition + "' is no TOPIC-PARTITION, such as events-7", 2);
        }
        Optional<NodeFile> found = node.find();
        if (found.isEmpty()) {
            return fail("nothing is running (no node over " + node.data() + ")", 1);
        }
        int dash = partition.lastIndexOf('-');
        byte[] body = JSON.writeValueAsBytes(JSON.createObjectNode().put("group", group).put("topic", partition.substring(0, dash))
                .put("partition", Integer.parseInt(partition.substring(dash + 1))).put("from", from));
        RunningNode.Answer answer = RunningNode.post(found.get().operations(), "/admin/partitions/" + action, body);
        JsonNode told = JSON.readTree(answer.body());
        if (answer.status() != 200) {
            return fail(told.path("reason").asText("the node answers with status " + answer.status()), 1);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("group " + group + " goes on with " + partition + " from offset " + told.path("offset").asLong());
        out.flush();
        return 0;
    }

    private int fail(String reason, int status) {
        spec.commandLine().getErr().println("sluice: " + reason);
        return status;
    }
}
