package dev.sluice.engine.operations;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

import java.util.Set;

/**
 * Refuses what a page of another origin asks the node to do: a browser sends such a page's forms to any address that its
 * machine reaches, loopback among them, and fetches whatever its images name (an export leaves a trace in the audit trail).
 * Who sends neither {@code Origin} nor {@code Sec-Fetch-Site} is no browser and may pass.
 */
final class SameOrigin implements Handler<RoutingContext> {

    private static final Set<HttpMethod> HARMLESS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader("origin");
        boolean foreign = HARMLESS.contains(request.method()) ? "cross-site".equals(request.getHeader("sec-fetch-site"))
                : origin != null && !origin.replaceFirst("^https?://", "").equals(String.valueOf(request.authority()));
        if (!foreign) {
            context.next();
        } else {
            context.response().setStatusCode(403).putHeader("content-type", "application/json")
                    .end("{\"reason\": \"a page of another origin can't act on this node\"}\n");
        }
    }
}
