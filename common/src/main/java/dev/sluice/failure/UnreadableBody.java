package dev.sluice.failure;

/** What a moved record points to is gone, or nobody can read it. */
public class UnreadableBody extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnreadableBody(String reason) {
        super(reason);
    }
}
