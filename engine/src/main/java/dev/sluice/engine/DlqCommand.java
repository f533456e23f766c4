package dev.sluice.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.engine.operations.NodeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

@Command(name = "dlq", mixinStandardHelpOptions = true,
        description = "Dead letters: list, show ID, replay, discard or export; audit says who did what. Replay and discard "
                + "mean open letters only.")
final class DlqCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> LISTED = List.of("id", "errorType", "errorMessage", "originalTopic",
            "originalPartition", "originalOffset", "group", "retryCount", "failedAt");
    private static final String ROW = "%-28s %-10s %-11s %-20s %-28s %s%n";

    private static final int PAGE = 1_000;

    private enum Action { list, show, replay, discard, export, audit }

    @Mixin
    private RunningNode node;
    @Mixin
    private LetterOptions letters;
    @Parameters(index = "0", paramLabel = "list|show|replay|discard|export|audit")
    private Action action;
    @Parameters(index = "1..*", paramLabel = "ID", description = "letters by id, as list prints it")
    private List<String> ids = new ArrayList<>();
    @Option(names = "--all", description = "replay or discard every open letter")
    private boolean all;
    @Option(names = "--dry-run", description = "only says how many")
    private boolean dryRun;
    @Option(names = "--rate", defaultValue = "100", description = "letters replayed a second (default: ${DEFAULT-VALUE})")
    private int rate;
    @Option(names = "--reason", description = "why, for the audit trail; a discard needs one")
    private String reason;
    @Option(names = "--limit", defaultValue = "100", description = "lines that list or audit prints (default: ${DEFAULT-VALUE})")
    private int limit;
    @Option(names = "--json", description = "for programs")
    private boolean json;
    @Spec
    private CommandSpec spec;

    /** What the node refused, in its words. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    @Override
    public Integer call() throws IOException {
        NodeFile running = node.find().orElse(null);
        PrintWriter out = spec.commandLine().getOut();
        if (running == null) {
            return fail("nothing is running (no node over " + node.data() + ")");
        }
        if (!ids.isEmpty() && (action == Action.list || action == Action.export)) {
            return fail(action + " takes filters, no ids; one letter: show " + ids.get(0));
        }
        if (action == Action.audit && (ids.size() > 1 || !AuditList.FILTERS.containsAll(letters.values().keySet()))) {
            return fail("audit takes one letter's id at most, --from, --to, --limit and --json");
        }
        if (limit < 1) {
            return fail("--limit: at least 1");
        }
        try {
            String operations = running.operations();
            return switch (action) {
                case list -> list(operations, out);
                case show -> show(operations, out);
                case export -> export(operations, out);
                case replay, discard -> act(operations, out);
                case audit -> new AuditList(operations, json, limit).print(ids, letters, out, spec.commandLine().getErr());
            };
        } catch (IOException e) {
            return fail(e.getMessage());
        } finally {
            out.flush();
        }
    }

    private int list(String operations, PrintWriter out) throws IOException {
        ArrayNode listed = JSON.createArrayNode();
        if (!json) {
            out.printf(ROW, "ID", "STATE", "CLASS", "GROUP", "ORIGINAL", "ERROR");
        }
        long after = 0;
        int left = limit;
        do {
            JsonNode page = asked(RunningNode.get(operations, "/admin/dlq?after=" + after + "&limit="
                    + Math.max(1, Math.min(PAGE, left)) + letters.asQuery()));
            for (JsonNode letter : page.path("letters")) {
                if (json) {
                    ObjectNode one = listed.addObject();
                    LISTED.forEach(name -> one.set(name, letter.path(name)));
                } else {
                    out.printf(ROW, letter.path("id").asText(), letter.path("state").asText(),
                            letter.path("errorType").asText(), letter.path("group").asText(),
                            letter.path("originalTopic").asText() + "-" + letter.path("originalPartition").asText() + "-"
                                    + letter.path("originalOffset").asText(), firstLine(letter.path("errorMessage").asText()));
                }
                left--;
            }
            after = page.path("next").asLong();
        } while (after != 0 && left > 0);
        if (json) {
            out.println(JSON.writeValueAsString(listed));
        } else if (after != 0) {
            spec.commandLine().getErr().println("there are more: --limit " + limit * 10L);
        }
        return 0;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private int show(String operations, PrintWriter out) throws IOException {
        for (String id : ids) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(asked(RunningNode.get(operations,
                    "/admin/dlq/" + URLEncoder.encode(id, StandardCharsets.UTF_8)))));
        }
        return ids.isEmpty() ? fail("show which letter? Its id is in the first column of list") : 0;
    }

    /** One letter a line, with its record: key, value and header values in base64. */
    private int export(String operations, PrintWriter out) throws IOException {
        String query = "?actor=" + URLEncoder.encode(actor(), StandardCharsets.UTF_8)
                + (reason == null ? "" : "&reason=" + URLEncoder.encode(reason, StandardCharsets.UTF_8)) + letters.asQuery();
        RunningNode.Answer refused = RunningNode.stream(operations, "/admin/dlq/export" + query, line -> {
            out.println(line);
            return !out.checkError();
        });
        if (refused.status() != 200) {
            asked(refused);
        }
        return 0;
    }

    private int act(String operations, PrintWriter out) throws IOException {
        if (ids.isEmpty() && letters.values().isEmpty() && !all) {
            return fail(action + " which letters? Ids, a filter, or --all");
        }
        JsonNode first = portion(operations, true, 0, 0);
        long meant = first.path("letters").asLong();
        long until = first.path("last").asLong();
        long done = dryRun ? meant : 0;
        long missing = 0;
        long after = 0;
        while (!dryRun && meant > 0) { // of nothing there is no last one, and what comes meanwhile is not meant
            JsonNode acted = portion(operations, false, after, until);
            if (acted.hasNonNull("refused")) {
                return fail(acted.path("refused").asText());
            }
            done += acted.path("letters").asLong();
            missing += acted.path("missing").asLong();
            after = acted.path("next").asLong();
            if (after == 0) {
                break;
            }
            spec.commandLine().getErr().println(done + missing + " of " + meant);
        }
        return report(out, done, missing);
    }

    private int report(PrintWriter out, long done, long missing) {
        long unknown = ids.isEmpty() ? 0 : Math.max(0, ids.stream().distinct().count() - done - missing);
        if (json) {
            out.println(JSON.createObjectNode().put("action", action.name()).put("dryRun", dryRun).put("letters", done)
                    .put("missing", missing));
        } else {
            out.println((dryRun ? "would " + action + " " : action + ": ") + done + " letters"
                    + (missing > 0 ? ", Kafka has " + missing + " no more, they stay open" : ""));
        }
        return unknown > 0 ? fail(unknown + " of the ids are no open letters") : missing > 0 ? 1 : 0;
    }

    /** @param until what fails again while this goes on, and is a letter anew, is not meant */
    private JsonNode portion(String operations, boolean dry, long after, long until) throws IOException {
        ObjectNode decision = JSON.createObjectNode().put("actor", actor()).put("reason", reason)
                .put("dryRun", dry).put("rate", rate).put("after", after)
                .put("until", until);
        letters.values().forEach(decision.putObject("filter")::put);
        if (!ids.isEmpty()) {
            ids.forEach(decision.putArray("ids")::add);
        }
        return asked(RunningNode.post(operations, "/admin/dlq/" + action, JSON.writeValueAsBytes(decision)));
    }

    private static String actor() {
        return System.getProperty("user.name");
    }

    static JsonNode asked(RunningNode.Answer answer) throws IOException {
        JsonNode body = JSON.readTree(answer.body());
        if (answer.status() != 200) {
            throw new Refused(body.path("reason").asText("the node answers with status " + answer.status()));
        }
        return body;
    }

    private int fail(String reason) {
        spec.commandLine().getErr().println("sluice: " + reason);
        return 1;
    }
}
