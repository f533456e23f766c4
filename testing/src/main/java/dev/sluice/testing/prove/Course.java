package dev.sluice.testing.prove;

import dev.sluice.testing.load.Pace;

/** What happens while events are published. */
@FunctionalInterface
interface Course {

    /** Returns when the rest of the events may leave. @param pace to be moved on */
    void run(Pace pace) throws InterruptedException;
}
