package dev.sluice.bus;

/**
 * A member of a group that waits on purpose; announced every 2 s for as long as it does.
 *
 * @param member its {@code group.instance.id}
 * @param reason for an operator
 */
public record GroupPause(String group, String member, String reason) implements Message {
}
