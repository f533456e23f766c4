package dev.sluice.engine.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.ListActions;
import dev.sluice.bus.DeadLetters.ListLetters;
import dev.sluice.bus.DeadLetters.ShowLetter;
import dev.sluice.config.InvalidSetting;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code /admin/dlq}: asks the DLQ router, wherever in the cluster it runs. */
final class DeadLetterRoutes {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int LARGEST_BODY = 1 << 20;
    private static final int PAGE = 100;
    private static final int LONGEST_PAGE = 1_000;

    private final Bus bus;

    DeadLetterRoutes(Bus bus) {
        this.bus = bus;
    }

    void mount(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.get("/admin/dlq").handler(request -> explained(request, this::list));
        router.get("/admin/dlq/export").handler(request -> explained(request, this::export));
        router.get("/admin/dlq/actions").handler(request -> explained(request, this::actions));
        router.get("/admin/dlq/:id").handler(this::show);
        router.post("/admin/dlq/replay").handler(body).handler(request -> explained(request, asked -> act(asked, "replay")));
        router.post("/admin/dlq/discard").handler(body).handler(request -> explained(request, asked -> act(asked, "discard")));
    }

    private void list(RoutingContext request) {
        Filter filter = filter(request, Set.of("after", "limit"));
        long after = number(request, "after", 0, Long.MAX_VALUE, 0);
        int limit = (int) number(request, "limit", 1, LONGEST_PAGE, PAGE);
        bus.ask(Addresses.LIST_LETTERS, new ListLetters(filter, after, limit))
                .onSuccess(page -> end(request, 200, page)).onFailure(error -> away(request, error));
    }

    private void export(RoutingContext request) {
        Filter filter = filter(request, Set.of("actor", "reason"));
        String actor = request.request().getParam("actor");
        String reason = request.request().getParam("reason");
        new LetterExport(bus, JSON, request, filter, actor == null ? "unknown" : actor, reason).start()
                .onFailure(error -> away(request, error));
    }

    private void actions(RoutingContext request) {
        allowOnly(request, Set.of("letter", "from", "to", "before", "limit"));
        String letter = request.request().getParam("letter");
        Filter times = LetterField.filter(letter == null ? null : List.of(letter), request.request()::getParam);
        bus.ask(Addresses.LIST_ACTIONS, new ListActions(letter, times.from(), times.to(),
                        number(request, "before", 0, Long.MAX_VALUE, 0), (int) number(request, "limit", 1, LONGEST_PAGE, PAGE)))
                .onSuccess(page -> end(request, 200, page)).onFailure(error -> away(request, error));
    }

    private void show(RoutingContext request) {
        bus.ask(Addresses.SHOW_LETTER, new ShowLetter(request.pathParam("id"))).onSuccess(shown -> {
            if (shown.letter() == null) {
                refuse(request, 404, "no letter has the id '" + request.pathParam("id") + "'");
            } else {
                end(request, 200, shown);
            }
        }).onFailure(error -> away(request, error));
    }

    private void act(RoutingContext request, String action) {
        byte[] body = request.body().buffer() == null ? new byte[0] : request.body().buffer().getBytes();
        Act act = LetterDecision.read(body).toAct(action);
        bus.ask(Addresses.ACT_ON_LETTERS, act)
                .onSuccess(acted -> end(request, 200, acted)).onFailure(error -> away(request, error));
    }

    private static void explained(RoutingContext request, java.util.function.Consumer<RoutingContext> handler) {
        try {
            handler.accept(request);
        } catch (InvalidSetting e) {
            refuse(request, 400, e.getMessage());
        }
    }

    private static Filter filter(RoutingContext request, Set<String> besides) {
        Set<String> known = new TreeSet<>(LetterField.labels());
        known.addAll(besides);
        allowOnly(request, known);
        return LetterField.filter(null, request.request()::getParam);
    }

    private static void allowOnly(RoutingContext request, Set<String> parameters) {
        Set<String> known = new TreeSet<>(parameters);
        request.request().params().names().forEach(name ->
                InvalidSetting.unless(known.contains(name), "parameter", name, String.join(", ", known)));
    }

    private static long number(RoutingContext request, String name, long least, long most, long otherwise) {
        String text = request.request().getParam(name);
        if (text == null) {
            return otherwise;
        }
        String allowed = most == Long.MAX_VALUE ? "a whole number from " + least : "a whole number from " + least + " to " + most;
        InvalidSetting.unless(text.matches("[0-9]{1,18}"), name, text, allowed);
        long number = Long.parseLong(text);
        InvalidSetting.unless(number >= least && number <= most, name, text, allowed);
        return number;
    }

    private static void away(RoutingContext request, Throwable error) {
        boolean nobody = error instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
        refuse(request, 503, nobody ? "no DLQ router runs on this node or in its cluster" : error.getMessage());
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
