package dev.sluice.testing.guarantee;

/** A promise and the evidence for it. */
public interface Guarantee {

    /** The heading under which {@code docs/guarantees.md} tells its promise and its boundary. */
    String title();

    /** May look through all that was observed. */
    Finding judge();
}
