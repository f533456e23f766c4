package dev.sluice.engine.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters.ExportLetters;
import dev.sluice.bus.DeadLetters.Exported;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Shown;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Letters with their records as lines of JSON, portion by portion, as fast as the caller reads: memory holds one portion,
 * however many letters there are. When a portion fails, the connection ends without the last chunk, so nobody takes what
 * came for all.
 */
final class LetterExport {

    private static final Logger LOG = LoggerFactory.getLogger(LetterExport.class);

    private final Bus bus;
    private final ObjectMapper json;
    private final RoutingContext request;
    private final Filter filter;
    private final String actor;
    private final String reason;

    LetterExport(Bus bus, ObjectMapper json, RoutingContext request, Filter filter, String actor, String reason) {
        this.bus = bus;
        this.json = json;
        this.request = request;
        this.filter = filter;
        this.actor = actor;
        this.reason = reason;
    }

    /** Fails, with nothing answered yet, when the first portion does. */
    Future<Void> start() {
        return portion(0).compose(first -> {
            request.response().setChunked(true).putHeader("content-type", "application/x-ndjson");
            write(first).onFailure(this::cutOff);
            return Future.succeededFuture();
        });
    }

    private Future<Exported> portion(long after) {
        return bus.ask(Addresses.EXPORT_LETTERS, new ExportLetters(filter, actor, reason, after));
    }

    private Future<Void> write(Exported portion) {
        HttpServerResponse response = request.response();
        Buffer lines = Buffer.buffer();
        try {
            for (Shown letter : portion.letters()) {
                lines.appendBytes(json.writeValueAsBytes(letter)).appendByte((byte) '\n');
            }
        } catch (JsonProcessingException e) {
            return Future.failedFuture(e);
        }
        if (portion.next() == 0) {
            return response.end(lines);
        }
        return response.write(lines).compose(written -> drained(response)).compose(now -> portion(portion.next()))
                .compose(this::write);
    }

    private static Future<Void> drained(HttpServerResponse response) {
        if (!response.writeQueueFull()) {
            return Future.succeededFuture();
        }
        Promise<Void> drained = Promise.promise();
        response.drainHandler(now -> drained.tryComplete());
        response.exceptionHandler(drained::tryFail);
        response.closeHandler(gone -> drained.tryFail("the caller is gone"));
        return drained.future();
    }

    private void cutOff(Throwable error) {
        LOG.warn("the export of dead letters is cut off: {}", error.getMessage());
        request.request().connection().close();
    }
}
