package dev.sluice.bus;

import java.util.List;

/** How many consumer instances each group should have. */
public record ScalingReport(List<GroupScaling> groups) implements Message {

    /**
     * @param target     lag that one instance is good for: KEDA's and HPA's target value
     * @param instances  that own partitions
     * @param wanted     by the rule, see docs/observability.md
     * @param partitions an upper limit
     */
    public record GroupScaling(String group, long lag, long target, int instances, int wanted, int partitions,
                               String reason) {
    }
}
