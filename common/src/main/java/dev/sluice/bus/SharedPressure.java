package dev.sluice.bus;

import java.time.Duration;

/**
 * Names in Redis through which consumers slow producers down. Consumers write, gateways read.
 *
 * <p>To read the greatest live pressure: {@code GET} {@link #LEVEL}, a decimal from 0 to 1, or nothing, which means 0
 * (no counting instance is alive, or all of them are well). {@link #FLAG} says {@code true} or {@code false}: whether that
 * is at least {@link #RAISED}. Both are written at least every second and expire after {@link #LIVES}; when the flag changes,
 * or the level moves by {@link #RAISED} or more, the flag's word is published on {@link #CHANNEL}. One reading is enough: nobody has to look for the entries of
 * single instances, which are there to be looked at.
 */
public final class SharedPressure {

    /** {@code true} or {@code false}. */
    public static final String FLAG = "system:consumer:backpressure";

    /** Where the flag's word is published when it changes, or the level moves by {@link #RAISED} or more. */
    public static final String CHANNEL = FLAG;

    /** The greatest pressure of the live instances of counting groups. In one cluster slot with the flag. */
    public static final String LEVEL = "{" + FLAG + "}:level";

    /** What the level is made of: a hash, field instance, value {@code pressure:milliseconds when it expires}. */
    public static final String LIVE = "{" + FLAG + "}:live";

    /** Pressure at or above which the flag is raised. */
    public static final double RAISED = 0.1;

    /** Life of everything that is written here. */
    public static final Duration LIVES = Duration.ofSeconds(6);

    private SharedPressure() {
    }

    /** The pressure of one instance, 0 to 1, of a counting group or not. */
    public static String entry(String instance) {
        return FLAG + ":" + instance;
    }
}
