package dev.sluice.testing.simulation;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.dlq.SimulatedRouter;
import dev.sluice.testing.simulation.Schedule.Strand;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

import java.util.Collections;
import java.util.List;

/** The process with the router, the way to it and its way to Kafka. */
final class RouterNode {

    private static final long DELIVERY_TIMEOUT = 5 * Schedule.SECOND;

    private record Process(String name, Strand loop) implements Host {
    }

    private final World world;
    /** Null while none runs; each start has another. */
    private Process process;
    private SimulatedRouter router;

    RouterNode(World world) {
        this.world = world;
        start();
    }

    private void start() {
        Process started = new Process("router", world.schedule().strand("router"));
        process = started;
        SimulatedVertx vertx = new SimulatedVertx(world.schedule(), started.loop(), (failure, deadline) -> {
            throw Substitutes.notModelled("a router that asks a router");
        });
        router = new SimulatedRouter(vertx.vertx(), new SimulatedPool(world, started, 2).pool(), writer(started),
                world.scenario().retries(), world.schedule()::millis);
    }

    /** What was under way is forgotten with it. @param nanos until it is back */
    void kill(long nanos) {
        if (process == null) {
            return;
        }
        Process killed = process;
        process = null;
        killed.loop().kill();
        for (SimulatedConnection connection : world.database().open().toArray(new SimulatedConnection[0])) {
            if (connection.host() == killed) {
                connection.cut();
            }
        }
        world.schedule().after(nanos, null, this::start);
    }

    /** As the event bus: an answer, or none within the deadline, or nobody there. */
    Future<Routed> ask(Host asker, RouteFailure failure, long deadlineMillis) {
        world.trace("%s reports %s: %s %s, %s", asker.name(), failure.record(), failure.eventId(), failure.error().types().get(0), failure.order());
        world.guarantees().onReported(failure);
        Promise<Routed> answer = Promise.promise();
        Schedule schedule = world.schedule();
        schedule.after(deadlineMillis * Schedule.MILLI, asker.loop(), () -> {
            if (answer.tryFail("simulated: no answer in time")) {
                world.count("questions to the router without an answer");
            }
        });
        if (process == null) {
            schedule.after(0, asker.loop(), () -> answer.tryFail("simulated: no handlers"));
            return answer.future();
        }
        boolean questionLost = world.faults().losesAnswer() && schedule.chance(0.3);
        boolean answerLost = world.faults().losesAnswer();
        Process asked = process;
        if (!questionLost) {
            schedule.after(way(), asked.loop(), () -> router.onFailureReported(failure).onSuccess(routed -> {
                if (!answerLost) {
                    schedule.after(way(), asker.loop(), () -> answer.tryComplete(routed));
                }
            }));
        }
        return answer.future();
    }

    private long way() {
        return world.schedule().draw(10_000, 2 * Schedule.MILLI);
    }

    @SuppressWarnings("unchecked")
    private KafkaWriteStream<byte[], byte[]> writer(Process of) {
        return new Fake("producer").on("send", arguments -> send(of, (ProducerRecord<byte[], byte[]>) arguments[0]))
                .on("partitionsFor", arguments -> Future.succeededFuture(Collections.nCopies(
                        world.broker().partitionsOf((String) arguments[0]), (PartitionInfo) null)))
                .as(KafkaWriteStream.class);
    }

    private Future<RecordMetadata> send(Process from, ProducerRecord<byte[], byte[]> record) {
        Promise<RecordMetadata> acknowledged = Promise.promise();
        Schedule schedule = world.schedule();
        schedule.after(way(), null, () -> {
            boolean lost = world.faults().losesAcknowledgement();
            if (world.broker().isAway() || lost && schedule.chance(0.5)) {
                schedule.after(DELIVERY_TIMEOUT, from.loop(), () -> acknowledged.fail(new TimeoutException("simulated")));
                return;
            }
            TopicPartition partition = new TopicPartition(record.topic(), record.partition() == null ? 0 : record.partition());
            ConsumerRecord<byte[], byte[]> written = world.broker().append(partition, schedule.millis(), record.key(),
                    record.value(), List.of(record.headers().toArray()));
            world.guarantees().onMoved(written);
            schedule.after(lost ? DELIVERY_TIMEOUT : way(), from.loop(), () -> {
                if (lost) {
                    acknowledged.fail(new TimeoutException("simulated"));
                } else {
                    acknowledged.complete(new RecordMetadata(partition, written.offset(), 0, 0, 0, 0));
                }
            });
        });
        return acknowledged.future();
    }
}
