package dev.sluice.engine.operations;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.ResumePartition;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** {@code /admin/partitions}: asks the consumer that owns the partition, wherever in the cluster it runs. */
final class PartitionRoutes {

    private static final int LARGEST_BODY = 4_096;

    private final Bus bus;

    PartitionRoutes(Bus bus) {
        this.bus = bus;
    }

    void mount(Router router) {
        router.post("/admin/partitions/resume").handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY)).handler(this::resume);
    }

    private void resume(RoutingContext request) {
        String group;
        String topic;
        int partition;
        String from;
        try {
            JsonObject body = request.body().asJsonObject();
            group = body.getString("group");
            topic = body.getString("topic");
            partition = body.getInteger("partition");
            from = body.getString("from", "earliest");
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            end(request, 400, "the body is {\"group\": text, \"topic\": text, \"partition\": number, \"from\": \"earliest\" or an offset as text}");
            return;
        }
        bus.ask(Addresses.resume(group, topic, partition), new ResumePartition(from))
                .onSuccess(answer -> {
                    if (answer.refused() == null) {
                        request.json(new JsonObject().put("offset", answer.offset()));
                    } else {
                        end(request, 400, answer.refused());
                    }
                })
                .onFailure(nobody -> end(request, 404, "no consumer has " + topic + "-" + partition + " of group " + group
                        + " stopped (only a partition whose offsets are gone waits for this word; see /health/ready)"));
    }

    private static void end(RoutingContext request, int status, String reason) {
        request.response().setStatusCode(status);
        request.json(new JsonObject().put("reason", reason));
    }
}
