package dev.sluice.engine.deploy;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the command line says of a node beside its settings.
 *
 * @param cluster joins others, whatever {@code cluster.enabled} says
 * @param unsafe  accepts a PostgreSQL that can lose what it has committed
 * @param data    where {@code run/node.json} goes
 */
public record NodeOptions(boolean cluster, boolean unsafe, Optional<Path> data) {
}
