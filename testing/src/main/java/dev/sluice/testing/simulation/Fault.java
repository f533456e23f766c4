package dev.sluice.testing.simulation;

/** What befalls a world. Each ends by itself, or is made good. */
enum Fault {
    /** A member's process is killed; another starts later. */
    KILL,
    /** A member stops in order, and another starts. */
    STOP,
    JOIN,
    /** A member's process stands still, longer than the group waits or not. */
    FREEZE,
    /** The group removes a member that works on and does not know. */
    EXPEL,
    /** The assignor deals anew. */
    REASSIGN,
    /** A poll throws what nobody expects. */
    BREAK_POLL,
    /** Commits of offsets are refused, or done without an answer. */
    REFUSE_COMMITS,
    KAFKA_AWAY,
    /** Records of the router's are written and not acknowledged, or not written. */
    LOSE_ACKNOWLEDGEMENTS,
    KILL_ROUTER,
    /** Questions to the router, or its answers, are lost. */
    LOSE_ANSWERS,
    POSTGRES_AWAY,
    /** One connection is cut. */
    CUT_CONNECTION,
    /** A commit is done, its answer never comes. */
    LOSE_COMMIT_REPLY,
    SLOW_POSTGRES,
    FREEZE_POSTGRES,
    /** Transactions fail with serialization conflicts. */
    CONFLICTS
}
