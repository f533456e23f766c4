package dev.sluice.engine.publish;

/** One event on its way. Belongs to one thread at a time: the reader, then its lane. */
final class Line {

    private final long number;
    private final byte[] json;
    private final String entity;
    private long firstSentNanos;
    /** An earlier try may have been written without our hearing of it: a duplicate then is our own. */
    private boolean mayBeWritten;

    /** @param number from 1, as an editor counts @param entity empty (null) when the line names none */
    Line(long number, byte[] json, String entity) {
        this.number = number;
        this.json = json;
        this.entity = entity;
    }

    long number() {
        return number;
    }

    byte[] json() {
        return json;
    }

    String entity() {
        return entity;
    }

    void onSending(long nowNanos) {
        firstSentNanos = firstSentNanos == 0 ? nowNanos : firstSentNanos;
    }

    void onFateUnknown() {
        mayBeWritten = true;
    }

    boolean mayBeWritten() {
        return mayBeWritten;
    }

    long firstSentNanos() {
        return firstSentNanos;
    }
}
