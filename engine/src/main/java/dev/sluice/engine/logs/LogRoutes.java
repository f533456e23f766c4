package dev.sluice.engine.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.slf4j.LoggerFactory;

import java.util.Locale;
import java.util.Set;

/** {@code /admin/loggers}: levels of this node, until it is started anew. */
public final class LogRoutes {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LogRoutes.class);
    private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace", "off", "inherit");

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    public void mount(Router router) {
        router.get("/admin/loggers").handler(this::list);
        router.put("/admin/loggers/:name").handler(BodyHandler.create(false).setBodyLimit(1 << 10)).handler(this::change);
    }

    /** Those with a level of their own. */
    private void list(RoutingContext request) {
        JsonObject levels = new JsonObject();
        context.getLoggerList().stream().filter(logger -> logger.getLevel() != null)
                .forEach(logger -> levels.put(logger.getName(), word(logger.getLevel())));
        end(request, 200, levels);
    }

    private void change(RoutingContext request) {
        String level;
        try {
            JsonObject body = request.body().asJsonObject();
            level = body == null ? "" : body.getString("level", "").toLowerCase(Locale.ROOT);
        } catch (DecodeException | ClassCastException e) {
            level = "";
        }
        String name = request.pathParam("name");
        if (!LEVELS.contains(level)) {
            end(request, 400, new JsonObject().put("reason", "a body like {\"level\": \"debug\"}; error, warn, info, debug, "
                    + "trace, off, or inherit for the level of the logger above"));
            return;
        }
        Logger logger = context.getLogger(name.equalsIgnoreCase("root") ? Logger.ROOT_LOGGER_NAME : name);
        if (level.equals("inherit") && logger.getName().equals(Logger.ROOT_LOGGER_NAME)) {
            end(request, 400, new JsonObject().put("reason", "there is no logger above the root"));
            return;
        }
        logger.setLevel(level.equals("inherit") ? null : Level.toLevel(level));
        LOG.info("log level changed logger={} level={}", logger.getName(), level);
        end(request, 200, new JsonObject().put(logger.getName(), word(logger.getEffectiveLevel())));
    }

    private static String word(Level level) {
        return level.toString().toLowerCase(Locale.ROOT);
    }

    private static void end(RoutingContext request, int status, JsonObject body) {
        request.response().setStatusCode(status).putHeader("content-type", "application/json").end(body.encodePrettily() + "\n");
    }
}
