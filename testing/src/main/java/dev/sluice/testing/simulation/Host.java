package dev.sluice.testing.simulation;

import dev.sluice.testing.simulation.Schedule.Strand;

/** A process, as its connections see it. */
interface Host {

    String name();

    /** Where answers arrive; dead when the process is. */
    Strand loop();
}
