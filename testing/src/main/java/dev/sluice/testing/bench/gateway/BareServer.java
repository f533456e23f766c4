package dev.sluice.testing.bench.gateway;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Reads a body, parses it, and answers 202 with as much as the gateway does. Nothing is published. */
public final class BareServer extends VerticleBase {

    private final int port;

    private BareServer(int port) {
        this.port = port;
    }

    /** @param arguments port and number of event loops */
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        Vertx.vertx().deployVerticle(() -> new BareServer(port),
                        new DeploymentOptions().setInstances(Integer.parseInt(arguments[1])))
                .onFailure(error -> {
                    error.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> {
            JsonObject event = new JsonObject(body);
            request.response().setStatusCode(202).putHeader("content-type", "application/json").end(Buffer.buffer(
                    "{\"id\":\"" + event.getString("id") + "\",\"topic\":\"events\",\"partition\":17,\"offset\":123456,\"duplicate\":false}"));
        })).listen(port, "127.0.0.1");
    }
}
