package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What this process knows of identities: those under way, and the latest that were published. It answers before Redis is
 * asked, and alone while Redis is away. Shared by the instances of a process; any thread.
 */
final class Window implements Shareable {

    /** Where the caller stands with a key. */
    sealed interface Entry {

        /** The key is the caller's, who must call {@link Window#leave}. */
        record Mine() implements Entry {
        }

        /** Somebody of this process is at it. @param outcome completes on any thread */
        record UnderWay(String hash, Future<EventOutcome> outcome) implements Entry {
        }

        record Done(Mark.Published mark) implements Entry {
        }
    }

    private record Work(LatestMarks.Name name, String hash, Promise<EventOutcome> outcome) {
    }

    private static final Entry MINE = new Entry.Mine();

    private final LatestMarks published;
    private final ConcurrentMap<String, Work> underWay = new ConcurrentHashMap<>();

    Window(GatewaySettings.Window settings) {
        published = new LatestMarks(settings.events(), settings.age(), System::nanoTime);
    }

    static Window ofProcess(Vertx vertx, GatewaySettings.Window settings) {
        return vertx.sharedData().<String, Window>getLocalMap("sluice.gateway")
                .computeIfAbsent("window", absent -> new Window(settings));
    }

    Entry enter(String key, String hash) {
        LatestMarks.Name name = LatestMarks.Name.of(key);
        Mark.Published done = published.of(name);
        if (done != null) {
            return new Entry.Done(done);
        }
        Work work = underWay.putIfAbsent(key, new Work(name, hash, Promise.promise()));
        if (work != null) {
            return new Entry.UnderWay(work.hash, work.outcome.future());
        }
        return MINE;
    }

    /** For an owner: what somebody published between the look at the window and the entry; null when nobody did. */
    Mark.Published publishedMeanwhile(String key) {
        return published.of(underWay.get(key).name);
    }

    /** @param mark null when it is not published, as far as is known */
    void leave(String key, EventOutcome outcome, Mark.Published mark) {
        Work work = underWay.get(key);
        if (mark != null) {
            published.add(work.name, mark);
        }
        underWay.remove(key);
        work.outcome.complete(outcome);
    }
}
