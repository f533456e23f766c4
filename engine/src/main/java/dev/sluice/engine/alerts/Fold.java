package dev.sluice.engine.alerts;

import java.util.List;
import java.util.stream.DoubleStream;

/** How the values of many instances become one; the same here and in PromQL. A NaN is no value. */
public enum Fold {

    /** Each instance has a part of the whole. */
    SUM {
        @Override
        String promql(String selector, List<String> by) {
            return "sum by (" + String.join(", ", by) + ") (" + selector + " >= 0)";
        }

        @Override
        double of(DoubleStream values) {
            return values.sum();
        }
    },

    /** A sum over partitions, each counted once when two nodes show it during a takeover. */
    SUM_OF_PARTITIONS {
        @Override
        String promql(String selector, List<String> by) {
            return SUM.promql("max by (group, topic, partition) (" + selector + ")", by);
        }

        @Override
        double of(DoubleStream values) {
            return values.sum();
        }
    },

    /** The worst counts. */
    MAX {
        @Override
        String promql(String selector, List<String> by) {
            return "max by (" + String.join(", ", by) + ") (" + selector + ")";
        }

        @Override
        double of(DoubleStream values) {
            return values.max().orElse(Double.NaN);
        }
    },

    /** The least counts. */
    MIN {
        @Override
        String promql(String selector, List<String> by) {
            return "min by (" + String.join(", ", by) + ") (" + selector + ")";
        }

        @Override
        double of(DoubleStream values) {
            return values.min().orElse(Double.NaN);
        }
    };

    abstract String promql(String selector, List<String> by);

    /** @param values without NaN */
    abstract double of(DoubleStream values);
}
