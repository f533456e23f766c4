package dev.sluice.engine.alerts;

import java.util.List;

/** A message about all alerts of one rule. */
record Notice(AlertRule rule, Kind kind, List<AlertBoard.Active> alerts) {

    enum Kind { FIRING, RESOLVED }
}
