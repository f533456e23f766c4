package dev.sluice.bus;

import java.time.Duration;

/**
 * An address that answers.
 *
 * @param question a record
 * @param answer   a record, or a sealed family of records
 * @param deadline no answer within it is a failure of the bus, and says nothing about what became of the question
 */
public record Request<Q extends Message, A extends Message>(String address, Class<Q> question, Class<A> answer,
                                                            Duration deadline) {
}
