package dev.sluice.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Prints who did what to dead letters, when and why, the newest first; one line a portion.
 *
 * @param operations where the node answers
 * @param limit      lines at most
 */
record AuditList(String operations, boolean json, int limit) {

    /** What of the letters' filters means something here. */
    static final Set<String> FILTERS = Set.of("from", "to");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 1_000;
    private static final String ROW = "%-25s %-12s %-8s %-8s %7s %s%n";

    /** @param ids none, or the letter that is meant */
    int print(List<String> ids, LetterOptions filters, PrintWriter out, PrintWriter err) throws IOException {
        ArrayNode listed = JSON.createArrayNode();
        if (!json) {
            out.printf(ROW, "WHEN", "WHO", "WHAT", "OUTCOME", "LETTERS", "WHY");
        }
        long before = 0;
        int left = limit;
        do {
            JsonNode page = DlqCommand.asked(RunningNode.get(operations, "/admin/dlq/actions?before=" + before + "&limit="
                    + Math.min(PAGE, left) + (ids.isEmpty() ? "" : "&letter=" + URLEncoder.encode(ids.get(0), StandardCharsets.UTF_8)) + filters.asQuery()));
            for (JsonNode action : page.path("actions")) {
                left--;
                if (json) {
                    listed.add(action);
                } else {
                    out.printf(ROW, action.path("at").asText(), action.path("actor").asText(), action.path("action").asText(),
                            action.path("outcome").asText(), letters(action), action.path("reason").asText());
                }
            }
            before = page.path("next").asLong();
        } while (before != 0 && left > 0);
        if (json) {
            out.println(JSON.writeValueAsString(listed));
        } else if (before != 0) {
            err.println("there are more: --limit " + limit * 10L);
        }
        return 0;
    }

    private static String letters(JsonNode action) {
        int done = action.path("letters").asInt();
        int meant = action.path("meant").asInt();
        return done == meant || action.path("outcome").asText().equals("done") ? Integer.toString(done) : done + "/" + meant;
    }
}
