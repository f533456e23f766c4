package dev.sluice.failure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which failure means what. Each map is read from the most exact entry to the least: a full SQLSTATE before its class
 * ({@code 40001} before {@code 40*}), a status before its class ({@code 429} before {@code 4xx}), a class name before
 * those of its superclasses and causes.
 *
 * @param sqlStates    by SQLSTATE: five characters, or a prefix and {@code *}
 * @param httpStatuses by HTTP status: three digits, or a digit and {@code xx}
 * @param exceptions   by full class name
 */
public record FailureRules(Map<String, Verdict> sqlStates, Map<String, Verdict> httpStatuses,
                           Map<String, Verdict> exceptions) {

    public FailureRules {
        sqlStates = sqlStates == null ? Map.of() : Map.copyOf(sqlStates);
        httpStatuses = httpStatuses == null ? Map.of() : Map.copyOf(httpStatuses);
        exceptions = exceptions == null ? Map.of() : Map.copyOf(exceptions);
        sqlStates.keySet().forEach(key -> require(key.matches("[0-9A-Z]{5}|[0-9A-Z]{1,4}\\*"), "sql-states", key,
                "five characters such as 40001, or a prefix and * such as 23*"));
        httpStatuses.keySet().forEach(key -> require(key.matches("[1-5][0-9]{2}|[1-5]xx"), "http-statuses", key,
                "a status such as 429, or a class such as 5xx"));
    }

    /** The contract's table (row D1). */
    public static FailureRules standard() {
        Map<String, Verdict> sql = new LinkedHashMap<>();
        for (String outage : new String[] {"08*", "53*", "57P*"}) {
            sql.put(outage, Verdict.OUTAGE);
        }
        for (String conflict : new String[] {"40001", "40P01", "55P03"}) {
            sql.put(conflict, Verdict.CONFLICT);
        }
        for (String timeout : new String[] {"57014", "25P03", "25P04"}) {
            sql.put(timeout, Verdict.TRANSIENT);
        }
        sql.put("22*", Verdict.PERMANENT);
        sql.put("23*", Verdict.PERMANENT);
        Map<String, Verdict> http = new LinkedHashMap<>();
        for (String transientStatus : new String[] {"408", "425", "429", "5xx"}) {
            http.put(transientStatus, Verdict.TRANSIENT);
        }
        http.put("4xx", Verdict.PERMANENT);
        Map<String, Verdict> exceptions = new LinkedHashMap<>();
        exceptions.put("dev.sluice.api.PermanentFailure", Verdict.PERMANENT);
        exceptions.put("dev.sluice.api.TransientFailure", Verdict.TRANSIENT);
        exceptions.put("java.util.concurrent.TimeoutException", Verdict.TRANSIENT);
        exceptions.put("dev.sluice.failure.UndecodableRecord", Verdict.POISON);
        exceptions.put("dev.sluice.failure.DeadlyRecord", Verdict.POISON);
        exceptions.put("dev.sluice.failure.UnreadableBody", Verdict.POISON);
        exceptions.put("dev.sluice.failure.ExpiredRecord", Verdict.PERMANENT);
        exceptions.put("dev.sluice.failure.AlreadyDead", Verdict.PERMANENT);
        exceptions.put("java.io.IOException", Verdict.OUTAGE);
        exceptions.put("io.vertx.core.http.HttpClosedException", Verdict.OUTAGE);
        exceptions.put("io.vertx.sqlclient.ClosedConnectionException", Verdict.OUTAGE);
        exceptions.put("io.vertx.circuitbreaker.OpenCircuitException", Verdict.OUTAGE);
        return new FailureRules(sql, http, exceptions);
    }

    /** These rules, and those of {@code overrides} over them: an entry with the same key is replaced. */
    public FailureRules with(FailureRules overrides) {
        return new FailureRules(merged(sqlStates, overrides.sqlStates), merged(httpStatuses, overrides.httpStatuses),
                merged(exceptions, overrides.exceptions));
    }

    private static Map<String, Verdict> merged(Map<String, Verdict> under, Map<String, Verdict> over) {
        Map<String, Verdict> both = new LinkedHashMap<>(under);
        both.putAll(over);
        return both;
    }

    Optional<Verdict> bySqlState(String state) {
        Verdict exact = sqlStates.get(state);
        for (int length = state.length() - 1; exact == null && length > 0; length--) {
            exact = sqlStates.get(state.substring(0, length) + '*');
        }
        return Optional.ofNullable(exact);
    }

    Optional<Verdict> byHttpStatus(int status) {
        Verdict exact = httpStatuses.get(Integer.toString(status));
        return Optional.ofNullable(exact != null ? exact : httpStatuses.get(status / 100 + "xx"));
    }

    private static void require(boolean holds, String key, String value, String allowed) {
        if (!holds) {
            throw new dev.sluice.config.InvalidSetting("dlq.rules." + key, value, allowed);
        }
    }
}
