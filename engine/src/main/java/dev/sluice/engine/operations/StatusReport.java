package dev.sluice.engine.operations;

import com.fasterxml.jackson.annotation.JsonInclude;

import java.util.List;

/**
 * What {@code status --json} prints.
 *
 * @param postgres  without the password, but for a database on this machine and asked for by the node's own user
 * @param verticles of this node
 * @param lag       over all groups of the deployment, computed when asked; null when nobody can tell
 * @param lagReason why lag is null
 * @param troubles  partitions whose verdict is not OK, each in one line
 */
public record StatusReport(long pid, String node, boolean ready, String gateway, String operations, String kafka,
                           String postgres, String redis, List<Running> verticles, Long lag,
                           @JsonInclude(JsonInclude.Include.NON_NULL) String lagReason, List<String> troubles) {

    /** @param name such as {@code consumer-verticle} */
    public record Running(String name, int instances) {
    }

    public StatusReport withPostgres(String address) {
        return new StatusReport(pid, node, ready, gateway, operations, kafka, address, redis, verticles, lag,
                lagReason, troubles);
    }
}
