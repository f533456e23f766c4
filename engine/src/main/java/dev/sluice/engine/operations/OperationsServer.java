package dev.sluice.engine.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.LagQuestion;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.ScalingQuestion;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Health, metrics, the admin API and the console of one node. */
public final class OperationsServer {

    private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module())
            .enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final Bus bus;
    private final HealthBoard health;
    private final PrometheusMeterRegistry meters;
    private final BiFunction<LagReport, String, StatusReport> status;

    /** @param status makes the report from the lag, or null and the reason why it is not known */
    public OperationsServer(Vertx vertx, Bus bus, HealthBoard health, PrometheusMeterRegistry meters,
                            BiFunction<LagReport, String, StatusReport> status) {
        this.vertx = vertx;
        this.bus = bus;
        this.health = health;
        this.meters = meters;
        this.status = status;
    }

    /** @param more routes of others */
    public Future<HttpServer> listen(String host, int port, Consumer<Router> more) {
        Router router = Router.router(vertx);
        router.route("/admin/*").handler(new SameOrigin());
        ConsoleRoutes.mount(router);
        router.get("/health/live").handler(request -> answer(request, 200, Map.of("live", true)));
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::scrape);
        router.get("/admin/status").handler(this::status);
        router.get("/admin/lag").handler(this::lag);
        router.get("/admin/scaling").handler(this::scaling);
        new DeadLetterRoutes(bus).mount(router);
        new PartitionRoutes(bus).mount(router);
        more.accept(router);
        return vertx.createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
                .requestHandler(router).listen();
    }

    private void ready(RoutingContext request) {
        Readiness readiness = health.readiness(System.nanoTime());
        answer(request, readiness.ready() ? 200 : 503, readiness);
    }

    /** On a worker: a scrape renders thousands of lines. OpenMetrics, with exemplars, for who asks for it. */
    private void scrape(RoutingContext request) {
        String accept = request.request().getHeader("accept");
        String form = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS_TEXT;
        vertx.executeBlocking(() -> meters.scrape(form), false)
                .onSuccess(text -> request.response().putHeader("content-type", form).end(text))
                .onFailure(request::fail);
    }

    private void status(RoutingContext request) {
        lagNow().onSuccess(report -> answer(request, 200, status.apply(report, null)))
                .onFailure(error -> answer(request, 200, status.apply(null, unanswered(error))));
    }

    private void lag(RoutingContext request) {
        lagNow().onSuccess(report -> answer(request, 200, report))
                .onFailure(error -> answer(request, 503, Map.of("reason", unanswered(error))));
    }

    private void scaling(RoutingContext request) {
        bus.ask(Addresses.SCALING, new ScalingQuestion()).onSuccess(report -> answer(request, 200, report))
                .onFailure(error -> answer(request, 503, Map.of("reason", unanswered(error))));
    }

    private Future<LagReport> lagNow() {
        return bus.ask(Addresses.LAG_NOW, new LagQuestion());
    }

    private static String unanswered(Throwable error) {
        return "no lag monitor has answered: " + error.getMessage();
    }

    private static void answer(RoutingContext request, int status, Object body) {
        HttpServerResponse response = request.response();
        try {
            response.setStatusCode(status).putHeader("content-type", "application/json")
                    .putHeader("date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                    .end(JSON.writeValueAsString(body) + "\n");
        } catch (JsonProcessingException e) {
            request.fail(e);
        }
    }
}
