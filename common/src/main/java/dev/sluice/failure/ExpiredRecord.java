package dev.sluice.failure;

/** A record is older than the inbox remembers: nobody can tell whether it has had its effect. */
public class ExpiredRecord extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ExpiredRecord(String message) {
        super(message);
    }
}
