package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** The body of a request that is held in memory as a whole, or why it is not. */
sealed interface Body {

    /** Held until it is answered: see {@link BodiesUnderWay#release}. */
    record Whole(byte[] bytes, long held) implements Body {
    }

    /** The rest of it may still be on its way. */
    record Refused(Problem problem) implements Body {
    }

    /** It did not come as HTTP has it, or not to its end. */
    record Broken(Throwable reason) implements Body {
    }

    /**
     * Reads a body of at most so many bytes, unpacked. More is refused as soon as it is known: from the declared length
     * before a byte is read, else when the limit is passed. Never fails.
     */
    static Future<Body> read(HttpServerRequest request, String what, long limit, BodiesUnderWay underWay) {
        Coding coding = Coding.of(request);
        if (coding == Coding.UNSUPPORTED) {
            return Future.succeededFuture(new Refused(new Problem.UnsupportedEncoding(request.getHeader("content-encoding"))));
        }
        if (declaredLength(request) > limit) {
            return Future.succeededFuture(new Refused(new Problem.TooLarge(what, limit)));
        }
        Promise<Body> promise = Promise.promise();
        Collector collector = new Collector(promise, what, limit, underWay, coding == Coding.GZIP ? new Gunzip() : null);
        underWay.begin(collector);
        request.exceptionHandler(broken -> collector.onBroken(broken));
        request.handler(collector::onChunk);
        request.endHandler(end -> collector.onEnd());
        if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
            request.response().writeContinue();
        }
        return promise.future().onComplete(done -> {
            underWay.end(collector);
            collector.close();
        });
    }

    private static long declaredLength(HttpServerRequest request) {
        try {
            String length = request.getHeader("content-length");
            return length == null ? -1 : Long.parseLong(length.trim());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    /** How a body is packed. */
    enum Coding {
        IDENTITY, GZIP, UNSUPPORTED;

        static Coding of(HttpServerRequest request) {
            String header = request.getHeader("content-encoding");
            if (header == null || header.isBlank() || header.trim().equalsIgnoreCase("identity")) {
                return IDENTITY;
            }
            return header.trim().equalsIgnoreCase("gzip") || header.trim().equalsIgnoreCase("x-gzip") ? GZIP : UNSUPPORTED;
        }
    }

    /** Gathers chunks, within the limit and the room that there is. */
    final class Collector implements BodiesUnderWay.Arrival {

        private final Promise<Body> promise;
        private final String what;
        private final long limit;
        private final BodiesUnderWay underWay;
        private final Gunzip gunzip;
        private long held;
        /** The first chunk, which is mostly the whole. */
        private byte[] bytes = new byte[0];
        /** Null while there is one chunk at most. */
        private ByteArrayOutputStream more;

        private Collector(Promise<Body> promise, String what, long limit, BodiesUnderWay underWay, Gunzip gunzip) {
            this.promise = promise;
            this.what = what;
            this.limit = limit;
            this.underWay = underWay;
            this.gunzip = gunzip;
        }

        private void onChunk(Buffer chunk) {
            if (promise.future().isComplete()) {
                return;
            }
            if (gunzip == null) {
                add(chunk.getBytes());
                return;
            }
            try {
                gunzip.feed(chunk.getBytes());
                for (byte[] piece = gunzip.next(); piece != null; piece = gunzip.next()) {
                    add(piece);
                    if (promise.future().isComplete()) {
                        return;
                    }
                }
            } catch (IOException e) {
                refuse(new Problem.Malformed(e.getMessage()));
            }
        }

        private void add(byte[] piece) {
            int size = more == null ? bytes.length : more.size();
            if (size + piece.length > limit) {
                refuse(new Problem.TooLarge(what, limit));
                return;
            }
            if (!underWay.hold(this, piece.length)) {
                refuse(new Problem.Overloaded());
                return;
            }
            held += piece.length;
            if (size == 0) {
                bytes = piece;
            } else {
                if (more == null) {
                    more = new ByteArrayOutputStream(2 * (size + piece.length));
                    more.writeBytes(bytes);
                }
                more.writeBytes(piece);
            }
        }

        private void onEnd() {
            if (gunzip != null && !promise.future().isComplete() && !gunzip.isComplete()) {
                refuse(new Problem.Malformed("the gzip breaks off"));
            } else {
                promise.tryComplete(new Whole(more == null ? bytes : more.toByteArray(), held));
            }
        }

        private void onBroken(Throwable reason) {
            drop(new Broken(reason));
        }

        @Override
        public void refuse(Problem problem) {
            drop(new Refused(problem));
        }

        private void drop(Body instead) {
            if (!promise.future().isComplete()) {
                underWay.release(held);
                bytes = null;
                more = null;
                promise.complete(instead);
            }
        }

        private void close() {
            if (gunzip != null) {
                gunzip.close();
            }
        }
    }
}
