package dev.sluice.engine.operations;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

import java.util.Set;

/**
 * Refuses what a page of another origin asks the node to do: a browser sends such a page's forms to any address that its
 * machine reaches, loopback among them. Who sends no {@code Origin} is no browser and may pass.
 */
final class SameOrigin implements Handler<RoutingContext> {

    private static final Set<HttpMethod> HARMLESS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader("origin");
        if (HARMLESS.contains(request.method()) || origin == null
                || origin.replaceFirst("^https?://", "").equals(String.valueOf(request.authority()))) {
            context.next();
        } else {
            context.response().setStatusCode(403).putHeader("content-type", "application/json")
                    .end("{\"reason\": \"a page of another origin can't act on this node\"}\n");
        }
    }
}
