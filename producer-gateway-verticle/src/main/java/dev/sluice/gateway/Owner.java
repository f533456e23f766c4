package dev.sluice.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Who publishes an event: a process of a node. A mark left by an earlier process of the same node has no owner any more,
 * since a node's name is unique among those that run.
 *
 * @param process differs at each start
 */
record Owner(String node, String process) {

    static Owner ofThisProcess(String node) {
        ProcessHandle self = ProcessHandle.current();
        long start = self.info().startInstant().map(instant -> instant.toEpochMilli()).orElse(0L);
        return new Owner(node, Long.toString(start, 36) + '.' + Long.toString(self.pid(), 36));
    }

    String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(node.getBytes(StandardCharsets.UTF_8)) + '/' + process;
    }

    /** Whether that owner, as {@link #text} has it, was this node before its last start. */
    boolean hasReplaced(String other) {
        String mine = text();
        String prefix = mine.substring(0, mine.indexOf('/') + 1);
        return other.startsWith(prefix) && !other.equals(mine);
    }
}
