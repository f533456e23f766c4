package dev.sluice.engine.deploy;

import dev.sluice.engine.config.TopicSettings;
import dev.sluice.event.Topics;
import org.apache.kafka.clients.admin.NewTopic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The topics that the declared ones need, and how each is created. */
record TopicPlan(String name, int partitions, short replication, Map<String, String> settings) {

    /** Room for 1 MiB of data and its headers. */
    private static final int MAX_MESSAGE_BYTES = 1_310_720;
    /** Room for such a record with its failure headers. */
    private static final int MAX_MOVED_MESSAGE_BYTES = 1_572_864;
    private static final int WANTED_COPIES = 3;
    private static final long WITHOUT_LIMIT = -1;

    static List<TopicPlan> of(Map<String, TopicSettings> declared, int brokers) {
        Map<String, TopicPlan> plans = new LinkedHashMap<>();
        int widest = 1;
        short mostCopies = 1;
        for (Map.Entry<String, TopicSettings> topic : declared.entrySet()) {
            int partitions = topic.getValue().partitions();
            short copies = copies(topic.getValue(), brokers);
            add(plans, plan(topic.getKey(), partitions, copies, topic.getValue().retentionMillis(), MAX_MESSAGE_BYTES));
            add(plans, moved(Topics.retryOf(topic.getKey()), partitions, copies));
            widest = Math.max(widest, partitions);
            mostCopies = (short) Math.max(mostCopies, copies);
        }
        add(plans, moved(Topics.DLQ_ERRORS, widest, mostCopies));
        add(plans, moved(Topics.DLQ_POISON, widest, mostCopies));
        return List.copyOf(plans.values());
    }

    private static void add(Map<String, TopicPlan> plans, TopicPlan plan) {
        plans.put(plan.name, plan);
    }

    private static short copies(TopicSettings topic, int brokers) {
        return (short) (topic.replication() == -1 ? Math.min(WANTED_COPIES, brokers) : topic.replication());
    }

    private static TopicPlan moved(String name, int partitions, short copies) {
        return plan(name, partitions, copies, WITHOUT_LIMIT, MAX_MOVED_MESSAGE_BYTES);
    }

    private static TopicPlan plan(String name, int partitions, short copies, long retentionMillis, int maxBytes) {
        return new TopicPlan(name, partitions, copies, Map.of(
                "cleanup.policy", "delete",
                "retention.ms", Long.toString(retentionMillis),
                "retention.bytes", Long.toString(WITHOUT_LIMIT),
                "max.message.bytes", Integer.toString(maxBytes),
                "min.insync.replicas", copies >= 3 ? "2" : "1",
                "unclean.leader.election.enable", "false"));
    }

    NewTopic toNewTopic() {
        return new NewTopic(name, partitions, replication).configs(settings);
    }

    /** What of an existing topic's settings can lose data or refuse events, in words. */
    List<String> dangersIn(Map<String, String> actual) {
        List<String> dangers = new ArrayList<>();
        if ("true".equals(actual.get("unclean.leader.election.enable"))) {
            dangers.add("unclean.leader.election.enable=true (a stale copy may become the leader)");
        }
        if (number(actual, "min.insync.replicas") < number(settings, "min.insync.replicas")) {
            dangers.add("min.insync.replicas=" + actual.get("min.insync.replicas") + " (acknowledged with too few copies)");
        }
        if (number(actual, "max.message.bytes") < number(settings, "max.message.bytes")) {
            dangers.add("max.message.bytes=" + actual.get("max.message.bytes") + " (refuses events of 1 MiB)");
        }
        if (actual.getOrDefault("cleanup.policy", "").contains("compact")) {
            dangers.add("cleanup.policy=" + actual.get("cleanup.policy") + " (removes events of one entity)");
        }
        if (shorter(number(actual, "retention.ms"), number(settings, "retention.ms"))) {
            dangers.add("retention.ms=" + actual.get("retention.ms") + " (shorter than configured)");
        }
        if (shorter(number(actual, "retention.bytes"), WITHOUT_LIMIT)) {
            dangers.add("retention.bytes=" + actual.get("retention.bytes") + " (removes events by size)");
        }
        return dangers;
    }

    private static boolean shorter(long actual, long wanted) {
        return actual != WITHOUT_LIMIT && (wanted == WITHOUT_LIMIT || actual < wanted);
    }

    private static long number(Map<String, String> settings, String name) {
        return Long.parseLong(settings.getOrDefault(name, "-1"));
    }
}
