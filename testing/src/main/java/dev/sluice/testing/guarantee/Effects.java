package dev.sluice.testing.guarantee;

import java.util.List;

/** What a group's handler has left in PostgreSQL. */
public interface Effects {

    String group();

    /** How often event n has taken effect. */
    int times(int n);

    /** Whether the handler must refuse event n for good. */
    boolean refuses(int n);

    /** What can't have come about by each event taking effect as often as {@link #times} says. */
    List<String> discrepancies();
}
