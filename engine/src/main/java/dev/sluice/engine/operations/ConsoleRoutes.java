package dev.sluice.engine.operations;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/** {@code /console/}: a page that asks the admin API. A few files of the class path, in memory; it loads nothing from elsewhere. */
final class ConsoleRoutes {

    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
    /** Media types. */
    private static final Map<String, String> FILES = Map.of("index.html", "text/html; charset=utf-8",
            "console.css", "text/css; charset=utf-8", "console.js", JAVASCRIPT, "charts.js", JAVASCRIPT, "letters.js", JAVASCRIPT,
            "page.js", JAVASCRIPT);
    private static final String OWN_FILES_ONLY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private ConsoleRoutes() {
    }

    static void mount(Router router) {
        router.get("/").handler(request -> request.redirect("/console/"));
        router.getWithRegex("/console").handler(request -> request.redirect("/console/"));
        FILES.forEach((name, type) -> {
            Buffer content = content(name);
            router.get("/console/" + (name.equals("index.html") ? "" : name)).handler(request -> harden(request.response())
                    .putHeader("content-type", type).end(content));
        });
    }

    private static HttpServerResponse harden(HttpServerResponse response) {
        return response.putHeader("content-security-policy", OWN_FILES_ONLY).putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "no-referrer").putHeader("cache-control", "no-cache");
    }

    private static Buffer content(String name) {
        try (InputStream file = ConsoleRoutes.class.getResourceAsStream("/console/" + name)) {
            return Buffer.buffer(Objects.requireNonNull(file, name).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
