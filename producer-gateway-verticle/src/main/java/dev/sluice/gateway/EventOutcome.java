package dev.sluice.gateway;

/** What became of one posted event. */
sealed interface EventOutcome {

    /**
     * Every in-sync replica has it.
     *
     * @param duplicate  it was published before, and stands where that one does
     * @param consumer   Redis was away: a repeat through another gateway is recognised by the consumer alone
     */
    record Published(IncomingEvent event, String topic, int partition, long offset, boolean duplicate, boolean consumer)
            implements EventOutcome {

        Published(IncomingEvent event, String topic, int partition, long offset, boolean duplicate) {
            this(event, topic, partition, offset, duplicate, false);
        }

        Published leftToConsumer() {
            return new Published(event, topic, partition, offset, duplicate, true);
        }

        @Override
        public int status() {
            return 202;
        }
    }

    /** @param event null when it could not even be read */
    record Failed(IncomingEvent event, Problem problem) implements EventOutcome {
        @Override
        public int status() {
            return problem.status();
        }
    }

    int status();

    /** It was valid and is not known to be published: later events of its entity must not overtake its repetition. */
    default boolean holdsUpItsEntity() {
        return this instanceof Failed failed && failed.problem().passing();
    }
}
