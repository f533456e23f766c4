package dev.sluice.bus;

import java.time.Duration;

/** Every address of the event bus. The verticles meet here and nowhere else. */
public final class Addresses {

    /** Consumer to DLQ router: an event has failed. Longer than a producer's delivery timeout. */
    public static final Request<RouteFailure, Routed> ROUTE_FAILURE =
            new Request<>("sluice.dlq.route", RouteFailure.class, Routed.class, Duration.ofSeconds(20));

    /** Anybody to the DLQ router: letters to browse. */
    public static final Request<DeadLetters.ListLetters, DeadLetters.Page> LIST_LETTERS = new Request<>(
            "sluice.dlq.list", DeadLetters.ListLetters.class, DeadLetters.Page.class, Duration.ofSeconds(10));

    /** Anybody to the DLQ router: one letter with its record. */
    public static final Request<DeadLetters.ShowLetter, DeadLetters.Shown> SHOW_LETTER = new Request<>(
            "sluice.dlq.show", DeadLetters.ShowLetter.class, DeadLetters.Shown.class, Duration.ofSeconds(10));

    /** Operations server to the DLQ router: one portion of letters with their records. */
    public static final Request<DeadLetters.ExportLetters, DeadLetters.Exported> EXPORT_LETTERS = new Request<>(
            "sluice.dlq.export", DeadLetters.ExportLetters.class, DeadLetters.Exported.class, Duration.ofSeconds(20));

    /** Operations server to the DLQ router: replay or discard one portion of the letters that are meant. */
    public static final Request<DeadLetters.Act, DeadLetters.Acted> ACT_ON_LETTERS = new Request<>(
            "sluice.dlq.act", DeadLetters.Act.class, DeadLetters.Acted.class, Duration.ofSeconds(30));

    /** Operations server to the DLQ router: who did what to the letters. */
    public static final Request<DeadLetters.ListActions, DeadLetters.Actions> LIST_ACTIONS = new Request<>(
            "sluice.dlq.actions", DeadLetters.ListActions.class, DeadLetters.Actions.class, Duration.ofSeconds(10));

    /** Anybody to the lag monitor: lag, computed now. */
    public static final Request<LagQuestion, LagReport> LAG_NOW =
            new Request<>("sluice.lag.now", LagQuestion.class, LagReport.class, Duration.ofSeconds(10));

    /** A lag monitor to the one that samples for the cluster. */
    public static final Request<LagQuestion, LagReport> LAG_OF_SAMPLER =
            new Request<>("sluice.lag.sampler", LagQuestion.class, LagReport.class, Duration.ofMillis(9_500));

    /** Operations server to the consumer that owns a stopped partition; nobody serves it for one that is read. */
    public static Request<ResumePartition, PartitionResumed> resume(String group, String topic, int partition) {
        return new Request<>("sluice.consumer.resume." + group + "." + topic + "-" + partition, ResumePartition.class,
                PartitionResumed.class, Duration.ofSeconds(20));
    }

    /** Every verticle instance to its node's operations server: a sign of life. */
    public static final Announcement<ComponentHealth> HEALTH =
            new Announcement<>("sluice.health", ComponentHealth.class);

    /** Anybody to the sampling lag monitor: how many instances each group should have, by the last sample. */
    public static final Request<ScalingQuestion, ScalingReport> SCALING = new Request<>("sluice.scaling",
            ScalingQuestion.class, ScalingReport.class, Duration.ofSeconds(2));

    /** A consumer instance to the lag monitor: how it fares. */
    public static final Announcement<GroupLoad> LOADS = new Announcement<>("sluice.loads", GroupLoad.class);

    /** A consumer instance to the lag monitor: why it does not read. */
    public static final Announcement<GroupPause> PAUSES = new Announcement<>("sluice.pauses", GroupPause.class);

    /** A node to all: what holds on it, for the alerts of the cluster. */
    public static final Announcement<AlertReport> ALERTS = new Announcement<>("sluice.alerts", AlertReport.class);

    private Addresses() {
    }
}
