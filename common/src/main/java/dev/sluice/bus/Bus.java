package dev.sluice.bus;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The event bus, typed. A failed future means that the bus failed (nobody there, no answer in time, a bug behind the
 * address), never that the question was answered with no: outcomes are values.
 */
public final class Bus {

    private final EventBus eventBus;

    private Bus(EventBus eventBus) {
        this.eventBus = eventBus;
    }

    /** Once per Vert.x instance: registers the codec of every message. @throws IllegalStateException the second time */
    public static Bus install(Vertx vertx) {
        ObjectMapper json = RecordCodec.wireFormat();
        leaves(Message.class).forEach(leaf -> register(vertx.eventBus(), leaf, json));
        return new Bus(vertx.eventBus());
    }

    private static <T> void register(EventBus eventBus, Class<T> leaf, ObjectMapper json) {
        eventBus.registerDefaultCodec(leaf, new RecordCodec<>(leaf, json));
    }

    /** The records of a sealed family, through all levels. */
    static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed() ? Stream.of(type.getPermittedSubclasses()).flatMap(Bus::leaves) : Stream.of(type);
    }

    /** Asks one of those who serve the address; on the same node if one serves it there. */
    public <Q extends Message, A extends Message> Future<A> ask(Request<Q, A> request, Q question) {
        DeliveryOptions withDeadline = new DeliveryOptions().setSendTimeout(request.deadline().toMillis());
        return eventBus.<A>request(request.address(), question, withDeadline)
                .map(reply -> request.answer().cast(reply.body()));
    }

    /** Answers questions, on the caller's context. A thrown exception or failed future fails the asker's future. */
    public <Q extends Message, A extends Message> Serving serve(Request<Q, A> request, Function<Q, Future<A>> answerer) {
        MessageConsumer<Q> consumer = eventBus.consumer(request.address());
        consumer.handler(message -> Future.succeededFuture(message.body()).compose(answerer)
                .onSuccess(message::reply)
                .onFailure(error -> message.fail(500, error.toString())));
        return new Serving(List.of(consumer));
    }

    /** Tells all who listen, on all nodes. */
    public <M extends Message> void announce(Announcement<M> announcement, M message) {
        eventBus.publish(announcement.address(), message);
    }

    /** Listens, on the caller's context. */
    public <M extends Message> Serving listen(Announcement<M> announcement, Consumer<M> listener) {
        MessageConsumer<M> consumer = eventBus.consumer(announcement.address());
        consumer.handler(message -> listener.accept(message.body()));
        return new Serving(List.of(consumer));
    }

    /** A registration. */
    public record Serving(List<MessageConsumer<?>> consumers) {

        public Serving and(Serving other) {
            return new Serving(Stream.concat(consumers.stream(), other.consumers.stream()).<MessageConsumer<?>>map(each -> each).toList());
        }

        /** Completes when the whole cluster knows the address. */
        public Future<Void> started() {
            return Future.all(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
        }

        public Future<Void> stop() {
            return Future.all(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
        }
    }
}
