package dev.sluice.lag;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.event.Topics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Samples the lag of all groups, regularly and when asked at {@link Addresses#LAG_NOW}. A question is answered from a
 * sample that began after it; questions that wait for one share it, so that Kafka sees at most one sample at a time.
 */
public final class LagMonitorVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(LagMonitorVerticle.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final LagSettings settings;
    private final Map<String, Set<String>> topicsByGroup;
    private final KafkaSettings kafka;
    private final Node node;
    private final LagMeters meters;

    private GroupOffsets offsets;
    private Bus.Serving serving;
    private long sampling;
    /** The sample that Kafka is answering; null when there is none. */
    private Future<LagReport> running;
    /** The one after it, for those who asked since it began; null when nobody has. */
    private Future<LagReport> next;
    /** Why the last sample failed; empty when it didn't. */
    private Optional<String> fault = Optional.empty();

    /** @param topicsByGroup declared topics; the retry topic of each is sampled, too */
    public LagMonitorVerticle(LagSettings settings, Map<String, Set<String>> topicsByGroup, KafkaSettings kafka, Node node) {
        this.settings = settings;
        this.topicsByGroup = topicsByGroup.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> withRetries(entry.getValue())));
        this.kafka = kafka;
        this.node = node;
        this.meters = new LagMeters(node.meters());
    }

    private static Set<String> withRetries(Set<String> topics) {
        return topics.stream().flatMap(topic -> Stream.of(topic, Topics.retryOf(topic))).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Future<?> start() {
        return GroupOffsets.open(vertx, kafka, "sluice-lag-" + deploymentID(), settings.deadline(), topicsByGroup)
                .compose(opened -> {
                    offsets = opened;
                    serving = node.bus().serve(Addresses.LAG_NOW, question -> sampleFromNow());
                    node.beat(vertx, "lag-monitor-verticle", deploymentID(), () -> fault);
                    sampling = vertx.setPeriodic(1, settings.interval().toMillis(), timer -> sampleFromNow());
                    return serving.started();
                });
    }

    private Future<LagReport> sampleFromNow() {
        if (running == null) {
            return startSample();
        }
        if (next == null) {
            next = running.transform(ended -> startSample());
        }
        return next;
    }

    private Future<LagReport> startSample() {
        next = null;
        Future<LagReport> sample = offsets.read().timeout(settings.deadline().toMillis(), TimeUnit.MILLISECONDS)
                .map(partitions -> new LagReport(partitions, 0, LagCalculator.total(partitions), System.currentTimeMillis()))
                .onSuccess(this::onSampled).onFailure(this::onSampleFailed);
        running = sample;
        return sample;
    }

    private void onSampled(LagReport report) {
        running = null;
        if (fault.isPresent()) {
            LOG.info("lag is known again");
            fault = Optional.empty();
        }
        meters.onSampled(report);
    }

    private void onSampleFailed(Throwable error) {
        running = null;
        String reason = error.getClass().getSimpleName() + ": " + error.getMessage();
        if (fault.isEmpty()) {
            LOG.warn("lag can't be read, trying on: reason={}", reason);
        }
        fault = Optional.of(reason);
        meters.onSampleFailed();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(sampling);
        return serving.stop().eventually(this::runningEnded).eventually(() -> vertx.executeBlocking(() -> {
            offsets.close(CLOSE_WITHIN);
            return null;
        }));
    }

    /** Within the sample's deadline. */
    private Future<?> runningEnded() {
        return running == null ? Future.succeededFuture() : running.otherwiseEmpty();
    }
}
