package dev.sluice.testing.simulation;

/** A guarantee does not hold. An Error, so that nothing on its way takes it for a failure of its own. */
final class Violation extends Error {

    private static final long serialVersionUID = 1L;

    private final String guarantee;

    Violation(String guarantee, String what, Throwable cause) {
        super(guarantee + ": " + what, cause);
        this.guarantee = guarantee;
    }

    String guarantee() {
        return guarantee;
    }
}
