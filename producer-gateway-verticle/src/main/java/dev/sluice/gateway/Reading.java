package dev.sluice.gateway;

/** What came of reading one event from a request. */
sealed interface Reading {

    record Valid(IncomingEvent event) implements Reading {
    }

    record Refused(Problem problem) implements Reading {
    }

    static Reading refused(Problem problem) {
        return new Refused(problem);
    }
}
