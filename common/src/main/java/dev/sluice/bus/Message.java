package dev.sluice.bus;

/** What crosses the bus: records and sealed families of them, each leaf with a codec. Outcomes are values here, too. */
public sealed interface Message permits RouteFailure, Routed, LagQuestion, LagReport, ComponentHealth, AlertReport,
        DeadLetters, GroupPause, GroupLoad, ScalingQuestion, ScalingReport, ResumePartition, PartitionResumed {
}
