package dev.sluice.lag;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.LagQuestion;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.event.Topics;
import dev.sluice.store.Seat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells the lag of all groups, regularly as metrics and when asked at {@link Addresses#LAG_NOW}. Of all monitors of a
 * cluster one samples, see {@link Seat}; the others hand questions on to it, and answer themselves only where
 * the bus does not reach it (then without a history, so without verdicts that need one).
 */
public final class LagMonitorVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(LagMonitorVerticle.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final LagSettings settings;
    private final Map<String, Set<String>> topicsByGroup;
    private final KafkaSettings kafka;
    private final PostgresSettings postgres;
    private final Node node;

    private LagMeters meters;
    private Sampling sampling;
    private Seat seat;
    private Bus.Serving everybody;
    private Bus.Serving news;
    private ScalingSignal scaling;
    /** While the seat is ours. */
    private Optional<Bus.Serving> sampler = Optional.empty();
    private long beat;
    private long timer;
    /** Why the last sample failed; empty when it didn't. */
    private Optional<String> fault = Optional.empty();

    /** @param topicsByGroup declared topics; the retry topic of each is sampled, too */
    public LagMonitorVerticle(LagSettings settings, Map<String, Set<String>> topicsByGroup, KafkaSettings kafka,
                              PostgresSettings postgres, Node node) {
        this.settings = settings;
        this.topicsByGroup = topicsByGroup.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> withRetries(entry.getValue())));
        this.kafka = kafka;
        this.postgres = postgres;
        this.node = node;
    }

    private static Set<String> withRetries(Set<String> topics) {
        return topics.stream().flatMap(topic -> Stream.of(topic, Topics.retryOf(topic))).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Future<?> start() {
        String client = "sluice-lag-" + deploymentID();
        meters = LagMeters.of(vertx, node.meters());
        Pauses pauses = new Pauses();
        scaling = new ScalingSignal(node.meters());
        news = node.bus().listen(Addresses.PAUSES, pause -> pauses.onHeard(pause, System.nanoTime()))
                .and(node.bus().listen(Addresses.LOADS, load -> scaling.onHeard(load, System.nanoTime())));
        return GroupOffsets.open(vertx, kafka, client, settings.deadline(), topicsByGroup).compose(offsets ->
                vertx.executeBlocking(() -> new OldestUnread(kafka, client + "-reader")).compose(oldest -> {
                    sampling = new Sampling(vertx, settings, offsets, oldest, new ParkedCount(vertx, postgres.pool(vertx)), pauses);
                    seat = new Seat(vertx, postgres, "lag sampler", this::onSeatChanged);
                    everybody = node.bus().serve(Addresses.LAG_NOW, question -> answer());
                    beat = node.beat(vertx, "lag-monitor-verticle", deploymentID(), () -> fault);
                    return seat.start();
                })).compose(known -> {
                    timer = vertx.setPeriodic(1, settings.interval().toMillis(), due -> onDue());
                    return everybody.started();
                });
    }

    private void onSeatChanged(boolean ours) {
        if (ours) {
            sampler = Optional.of(node.bus().serve(Addresses.LAG_OF_SAMPLER, question -> sample())
                    .and(node.bus().serve(Addresses.SCALING, question -> Future.succeededFuture(scaling.last()))));
        } else {
            sampler.ifPresent(Bus.Serving::stop);
            sampler = Optional.empty();
            meters.showNothing();
        }
    }

    private void onDue() {
        if (seat.isOurs()) {
            sample();
        }
    }

    private Future<LagReport> answer() {
        return seat.isOurs() ? sample() : node.bus().ask(Addresses.LAG_OF_SAMPLER, new LagQuestion())
                .recover(error -> error instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS
                        ? sample() : Future.failedFuture(error));
    }

    private Future<LagReport> sample() {
        return sampling.sampleFromNow().onSuccess(this::onSampled).onFailure(this::onSampleFailed);
    }

    private void onSampled(LagReport report) {
        if (fault.isPresent()) {
            LOG.info("lag is known again");
            fault = Optional.empty();
        }
        if (seat.isOurs()) {
            meters.onSampled(report);
            scaling.onSampled(report, System.nanoTime());
        }
    }

    private void onSampleFailed(Throwable error) {
        String reason = error.getClass().getSimpleName() + ": " + error.getMessage();
        if (fault.isEmpty()) {
            LOG.warn("lag can't be read, trying on: reason={}", reason);
        }
        fault = Optional.of(reason);
        if (seat.isOurs()) {
            meters.showNothing();
        }
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(timer);
        vertx.cancelTimer(beat);
        if (seat.isOurs()) {
            meters.showNothing();
        }
        return Future.join(everybody.stop(), news.stop(),
                        sampler.map(Bus.Serving::stop).orElse(Future.succeededFuture()))
                .eventually(seat::close).eventually(() -> sampling.close(CLOSE_WITHIN));
    }
}
