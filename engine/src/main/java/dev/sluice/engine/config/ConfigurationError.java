package dev.sluice.engine.config;

/** The configuration can't be used. The message is for whoever wrote it: where, which key, what is allowed. */
public final class ConfigurationError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConfigurationError(String message) {
        super(message);
    }
}
