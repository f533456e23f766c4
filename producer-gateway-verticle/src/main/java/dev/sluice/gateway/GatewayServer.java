package dev.sluice.gateway;

import dev.sluice.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.impl.ConnectionBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The gateway's HTTP side: finds out what a request is, hands its events to the {@link Desk}, answers. For one context. */
final class GatewayServer {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
    private static final String EVENTS = "/v1/events";
    private static final String TOPICS = "/v1/topics/";
    private static final String ATOMIC = "atomic=true";
    private static final String OPENAPI = "/openapi.json";

    private final Vertx vertx;
    private final GatewaySettings settings;
    private final Set<String> topics;
    private final Desk desk;
    private final EventReader reader;
    private final Clients clients;
    private final BatchReader batches;
    private final AtomicDesk atomic;
    private final Buffer openApi;
    private final Traces traces;
    private final HttpServer server;
    private final ConnectionWatch watch;
    private final BodiesUnderWay underWay;
    private final UnreadAnswers<HttpConnection> unread;
    private final Set<NdjsonStream> streams = new HashSet<>();
    private long requests;
    private boolean stopping;

    GatewayServer(Vertx vertx, GatewaySettings settings, Set<String> topics, Clients clients, Desk desk,
                  AtomicDesk atomic, EventReader reader, Buffer openApi, Traces traces) {
        this.vertx = vertx;
        this.settings = settings;
        this.topics = topics;
        this.clients = clients;
        this.desk = desk;
        this.atomic = atomic;
        this.reader = reader;
        this.batches = new BatchReader(reader);
        this.openApi = openApi;
        this.traces = traces;
        this.server = vertx.createHttpServer(options(settings));
        this.underWay = new BodiesUnderWay(vertx, settings.bodyTimeout(), settings.bodyMemory(), System::nanoTime);
        this.unread = new UnreadAnswers<>(settings.streams().allUnread().bytes(), GatewayServer::cutOff);
        this.watch = new ConnectionWatch(vertx, settings.idleTimeout(), System::nanoTime);
    }

    private static HttpServerOptions options(GatewaySettings settings) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.host()).setPort(settings.port()).setTcpNoDelay(true).setAcceptBacklog(1_024)
                .setIdleTimeout((int) settings.idleTimeout().toMillis()).setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxHeaderSize(GatewaySettings.MAX_ATTRIBUTES_SIZE * 2).setMaxInitialLineLength(8 << 10)
                .setHandle100ContinueAutomatically(false).setDecompressionSupported(false).setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false).setPerMessageWebSocketCompressionSupported(false);
        GatewaySettings.Security security = settings.security();
        if (security.hasTls()) {
            options.setSsl(true).setKeyCertOptions(new PemKeyCertOptions().setCertPath(security.certificate()).setKeyPath(security.key()));
        }
        if (!security.clientCa().isBlank()) {
            options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(new PemTrustOptions().addCertPath(security.clientCa()));
        }
        return options;
    }

    Future<HttpServer> listen() {
        return server.connectionHandler(watch::onConnection).requestHandler(this::handle).listen();
    }

    /** Vert.x's own way to close waits until all is written: for ever, where nobody reads. */
    private static void cutOff(HttpConnection connection) {
        ((ConnectionBase) connection).channelHandlerContext().close();
    }

    private void handle(HttpServerRequest request) {
        watch.onRequest(request);
        String path = request.path();
        if (path == null) {
            refuse(request, new Problem.Malformed("the request line names no path"));
        } else if (path.equals(EVENTS)) {
            post(request, settings.topic());
        } else if (path.startsWith(TOPICS) && path.endsWith("/events") && path.length() > TOPICS.length() + "/events".length()) {
            onTopic(request, path.substring(TOPICS.length(), path.length() - "/events".length()));
        } else if (path.equals(OPENAPI)) {
            onOpenApi(request);
        } else {
            refuse(request, new Problem.NoSuchPath());
        }
    }

    private void onTopic(HttpServerRequest request, String encoded) {
        String topic;
        try {
            topic = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            topic = encoded;
        }
        if (topics.contains(topic)) {
            post(request, topic);
        } else {
            refuse(request, new Problem.UnknownTopic(topic));
        }
    }

    private void onOpenApi(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)) {
            onAnswer(request, request.response().putHeader("content-type", MediaType.JSON).end(openApi));
        } else {
            refuse(request, new Problem.MethodNotAllowed("GET, HEAD"));
        }
    }

    private void post(HttpServerRequest request, String topic) {
        if (!request.method().equals(HttpMethod.POST)) {
            refuse(request, new Problem.MethodNotAllowed("POST"));
            return;
        }
        if (stopping) {
            request.response().putHeader("connection", "close");
            refuse(request, new Problem.Stopping());
            return;
        }
        Optional<Client> known = clients.of(request);
        if (known.isEmpty()) {
            request.response().putHeader("www-authenticate", "Bearer");
            refuse(request, new Problem.Unauthenticated());
            return;
        }
        Client client = known.get();
        if (!client.mayPublishTo(topic)) {
            refuse(request, new Problem.TopicForbidden(client.name(), topic));
            return;
        }
        MultiMap headers = request.headers();
        String contentType = headers.get("content-type");
        String type = MediaType.of(contentType);
        boolean binary = BinaryReader.isBinary(headers) && !type.startsWith("application/cloudevents");
        if (isAtomic(request) && (binary || !type.equals(MediaType.CLOUDEVENTS_BATCH))) {
            refuse(request, new Problem.Malformed(ATOMIC + " goes with " + MediaType.CLOUDEVENTS_BATCH + " only"));
        } else if (!binary && !MediaType.isUtf8(contentType)) {
            refuse(request, new Problem.UnsupportedMediaType(contentType));
        } else if (binary) {
            single(request, topic, client, settings.maxDataSize().bytes(), body -> BinaryReader.read(headers, contentType, body));
        } else if (type.equals(MediaType.CLOUDEVENT) || type.equals(MediaType.JSON)) {
            String key = headers.get("idempotency-key");
            single(request, topic, client, settings.maxEnvelopeSize(), body -> reader.read(body, 0, body.length, client.name(), key));
        } else if (headers.contains("idempotency-key") && (type.equals(MediaType.CLOUDEVENTS_BATCH) || type.equals(MediaType.NDJSON))) {
            refuse(request, new Problem.Malformed("an Idempotency-Key names one event, and here are many: give each its own id"));
        } else if (type.equals(MediaType.CLOUDEVENTS_BATCH)) {
            batch(request, topic, client);
        } else if (type.equals(MediaType.NDJSON)) {
            stream(request, topic, client);
        } else {
            refuse(request, new Problem.UnsupportedMediaType(contentType == null ? "" : contentType));
        }
    }

    private static boolean isAtomic(HttpServerRequest request) {
        return ATOMIC.equals(request.query());
    }

    /** Reads one event out of a whole body. */
    private interface OneEvent {
        Reading read(byte[] body);
    }

    private void single(HttpServerRequest request, String topic, Client client, long limit, OneEvent event) {
        RequestTrace trace = RequestTrace.of(traces, request, topic);
        whole(request, trace, "the event", limit, body -> trace.publish(event.read(body),
                        reading -> desk.take(topic, client, reading, new EntityOrder()))
                .onSuccess(outcome -> onAnswer(request, Answers.single(request.response(), outcome))));
    }

    private void batch(HttpServerRequest request, String topic, Client client) {
        RequestTrace trace = RequestTrace.of(traces, request, topic);
        whole(request, trace, "the batch", settings.maxBatchSize().bytes(), body -> {
            BatchReader.Batch read = batches.read(body, client.name());
            if (read instanceof BatchReader.Batch.Refused refused) {
                onAnswer(request, Answers.problem(request.response(), refused.problem(), null));
                return Future.succeededFuture();
            }
            List<Reading> readings = ((BatchReader.Batch.Readings) read).events();
            if (isAtomic(request)) {
                return atomic.take(topic, client, readings, trace)
                        .onSuccess(answer -> onAnswer(request, answer.to(request.response())));
            }
            EntityOrder order = new EntityOrder();
            List<Future<EventOutcome>> outcomes = new ArrayList<>();
            readings.forEach(reading -> outcomes.add(
                    trace.publish(reading, traced -> desk.take(topic, client, traced, order))));
            return Future.join(outcomes)
                    .onSuccess(all -> onAnswer(request, Answers.batch(request.response(), all.list())));
        });
    }

    /** What is done with a whole body; completes when the answer is given. */
    private interface WholeBody {
        Future<?> take(byte[] body);
    }

    private void whole(HttpServerRequest request, RequestTrace trace, String what, long limit, WholeBody then) {
        requests++;
        Body.read(request, what, limit, underWay).compose(body -> {
            if (body instanceof Body.Refused refused) {
                refuse(request, refused.problem());
                return Future.succeededFuture();
            }
            if (body instanceof Body.Broken broken) {
                LOG.debug("body broken off path={} traceId={} reason={}", request.path(),
                        Traces.idOf(request.getHeader(Traces.HEADER)), broken.reason().toString());
                request.connection().close();
                return Future.succeededFuture();
            }
            return answered((Body.Whole) body, then);
        }).onComplete(done -> {
            requests--;
            trace.end(request.response());
            if (done.failed() && !request.response().closed()) {
                LOG.error("request failed path={} traceId={} reason={}", request.path(),
                        Traces.idOf(request.getHeader(Traces.HEADER)), done.cause().toString(), done.cause());
                request.connection().close();
            }
        });
    }

    private Future<?> answered(Body.Whole body, WholeBody then) {
        Future<?> answered;
        try {
            answered = then.take(body.bytes());
        } catch (RuntimeException e) {
            answered = Future.failedFuture(e);
        }
        return answered.onComplete(done -> underWay.release(body.held()));
    }

    private void stream(HttpServerRequest request, String topic, Client client) {
        Body.Coding coding = Body.Coding.of(request);
        if (coding == Body.Coding.UNSUPPORTED) {
            refuse(request, new Problem.UnsupportedEncoding(request.getHeader("content-encoding")));
            return;
        }
        RequestTrace trace = RequestTrace.of(traces, request, topic);
        NdjsonStream[] self = new NdjsonStream[1];
        NdjsonStream stream = new NdjsonStream(request, trace, desk, reader, settings, underWay, unread,
                topic, client, coding == Body.Coding.GZIP, () -> {
            streams.remove(self[0]);
            trace.end(request.response());
        });
        self[0] = stream;
        streams.add(stream);
        stream.start();
    }

    private void refuse(HttpServerRequest request, Problem problem) {
        onAnswer(request, Answers.problem(request.response(), problem, null));
        Leftover.discard(request);
    }

    private void onAnswer(HttpServerRequest request, Future<Void> written) {
        unread.hold(request.connection(), request.response().bytesWritten(), written);
    }

    int port() {
        return server.actualPort();
    }

    /** Takes nothing new; completes when all that was taken is answered, or the limit is reached. */
    Future<Void> stop() {
        stopping = true;
        long deadline = System.nanoTime() + settings.drainTimeout().toNanos();
        new ArrayList<>(streams).forEach(NdjsonStream::stopReading);
        desk.stop();
        return drained(deadline).eventually(() -> server.close());
    }

    private Future<Void> drained(long deadline) {
        if (requests == 0 && streams.isEmpty() && desk.underWay() == 0) {
            return Future.succeededFuture();
        }
        if (System.nanoTime() > deadline) {
            LOG.warn("gateway stops with unanswered requests={} streams={} events={}", requests, streams.size(), desk.underWay());
            return Future.succeededFuture();
        }
        return vertx.timer(20, TimeUnit.MILLISECONDS).compose(look -> drained(deadline));
    }
}
