package dev.sluice.gateway;

import io.vertx.core.Future;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Where an event goes at its turn. */
interface Outlet {

    /** Completes with the acknowledgement of every in-sync replica; failed, the event may be in Kafka all the same. */
    Future<RecordMetadata> send(String topic, IncomingEvent event);
}
