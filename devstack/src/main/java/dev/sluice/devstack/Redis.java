package dev.sluice.devstack;

/** A single Redis without password; it keeps a snapshot, so an unclean end loses the newest marks. */
public interface Redis extends Part {

    /** {@code redis://host:port}. */
    String uri();
}
