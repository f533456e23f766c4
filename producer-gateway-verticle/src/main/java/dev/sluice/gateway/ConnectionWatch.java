package dev.sluice.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Closes connections that bring no whole request head for so long, however many single bytes they send: an idle timeout
 * alone is kept away by a byte now and then. For one context.
 */
final class ConnectionWatch {

    private static final long LOOK_MILLIS = 500;

    private static final class Visit {
        private int underWay;
        private long waitingSince;
    }

    private final long limitNanos;
    private final LongSupplier nanos;
    private final Map<HttpConnection, Visit> visits = new HashMap<>();

    ConnectionWatch(Vertx vertx, Duration limit, LongSupplier nanos) {
        this.limitNanos = limit.toNanos();
        this.nanos = nanos;
        vertx.setPeriodic(LOOK_MILLIS, look -> closeTheLate());
    }

    void onConnection(HttpConnection connection) {
        visit(connection);
        connection.closeHandler(closed -> visits.remove(connection));
    }

    void onRequest(HttpServerRequest request) {
        Visit visit = visit(request.connection());
        visit.underWay++;
        request.response().endHandler(ended -> {
            visit.underWay--;
            visit.waitingSince = nanos.getAsLong();
        });
    }

    private Visit visit(HttpConnection connection) {
        return visits.computeIfAbsent(connection, first -> {
            Visit visit = new Visit();
            visit.waitingSince = nanos.getAsLong();
            return visit;
        });
    }

    private void closeTheLate() {
        long now = nanos.getAsLong();
        List<HttpConnection> late = new ArrayList<>();
        visits.forEach((connection, visit) -> {
            if (visit.underWay == 0 && now - visit.waitingSince > limitNanos) {
                late.add(connection);
            }
        });
        late.forEach(HttpConnection::close);
    }
}
