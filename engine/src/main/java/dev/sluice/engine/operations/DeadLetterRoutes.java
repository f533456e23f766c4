package dev.sluice.engine.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.ListLetters;
import dev.sluice.bus.DeadLetters.ShowLetter;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

import java.util.List;
import java.util.Map;

/** {@code /admin/dlq}: asks the DLQ router, wherever in the cluster it runs. */
final class DeadLetterRoutes {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int LARGEST_BODY = 1 << 20;
    private static final int PAGE = 100;
    private static final int RATE = 100;

    private final Bus bus;

    DeadLetterRoutes(Bus bus) {
        this.bus = bus;
    }

    void mount(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.get("/admin/dlq").handler(this::list);
        router.get("/admin/dlq/:id").handler(this::show);
        router.post("/admin/dlq/replay").handler(body).handler(request -> act(request, "replay"));
        router.post("/admin/dlq/discard").handler(body).handler(request -> act(request, "discard"));
    }

    /** The body of a decision. @param ids or filter, one of them, so that nobody means all by forgetting both */
    record Decision(List<String> ids, Filter filter, String actor, String reason, boolean dryRun, Integer rate, long after) {
    }

    private void list(RoutingContext request) {
        Filter filter = new Filter(null, asked(request, "topic"), asked(request, "type"), asked(request, "class"),
                asked(request, "text"), asked(request, "entity"), asked(request, "group"), asked(request, "from"),
                asked(request, "to"), asked(request, "state"));
        try {
            String after = asked(request, "after");
            String limit = asked(request, "limit");
            answer(request, bus.ask(Addresses.LIST_LETTERS, new ListLetters(filter,
                    after == null ? 0 : Long.parseLong(after), limit == null ? PAGE : Integer.parseInt(limit))));
        } catch (NumberFormatException e) {
            refuse(request, 400, "after and limit are whole numbers");
        }
    }

    private void show(RoutingContext request) {
        bus.ask(Addresses.SHOW_LETTER, new ShowLetter(request.pathParam("id")))
                .onFailure(error -> refuse(request, 503, error.getMessage()))
                .onSuccess(shown -> {
                    if (shown.letter() == null) {
                        refuse(request, 404, "no such letter");
                    } else {
                        end(request, 200, shown);
                    }
                });
    }

    private void act(RoutingContext request, String action) {
        Decision decision;
        try {
            decision = JSON.readValue(request.body().buffer() == null ? new byte[0]
                    : request.body().buffer().getBytes(), Decision.class);
        } catch (java.io.IOException e) {
            refuse(request, 400, "the body is no decision: ids or filter, actor, reason, dryRun, rate, after");
            return;
        }
        if ((decision.ids() == null) == (decision.filter() == null)) {
            refuse(request, 400, "either ids or filter");
            return;
        }
        Filter filter = decision.filter() != null ? decision.filter()
                : new Filter(decision.ids(), null, null, null, null, null, null, null, null, null);
        answer(request, bus.ask(Addresses.ACT_ON_LETTERS, new Act(action, filter,
                decision.actor() == null ? "unknown" : decision.actor(), decision.reason(), decision.dryRun(),
                decision.rate() == null ? RATE : decision.rate(), decision.after())));
    }

    private static String asked(RoutingContext request, String name) {
        return request.request().getParam(name);
    }

    private static void answer(RoutingContext request, Future<?> answer) {
        answer.onSuccess(body -> end(request, 200, body)).onFailure(error -> refuse(request, 503, error.getMessage()));
    }

    private static void refuse(RoutingContext request, int status, String reason) {
        end(request, status, Map.of("reason", String.valueOf(reason)));
    }

    private static void end(RoutingContext request, int status, Object body) {
        try {
            request.response().setStatusCode(status).putHeader("content-type", "application/json")
                    .end(JSON.writeValueAsString(body) + "\n");
        } catch (JsonProcessingException e) {
            request.fail(e);
        }
    }
}
