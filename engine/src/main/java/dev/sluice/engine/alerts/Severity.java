package dev.sluice.engine.alerts;

import java.util.Locale;

/** Whom an alert concerns: who is on call now, the team today, whoever is interested. */
public enum Severity {
    PAGE, WARN, NOTIFY;

    /** As the label of a rule has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
