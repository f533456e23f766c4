package dev.sluice.config;

/** A setting that can't be accepted. The message names the key, the value and what is allowed. */
public class InvalidSetting extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public InvalidSetting(String key, Object value, String allowed) {
        super(key + ": '" + value + "' is not allowed; allowed: " + allowed);
    }

    public static void unless(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new InvalidSetting(key, value, allowed);
        }
    }

    /** For values that must not be missing or blank. */
    public static String requireText(String key, String value, String allowed) {
        unless(value != null && !value.isBlank(), key, value == null ? "" : value, allowed);
        return value;
    }
}
