package dev.sluice.failure;

/** An HTTP target answered with a status that is no success. */
public class HttpStatusFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    public HttpStatusFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
