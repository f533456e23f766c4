package dev.sluice.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One NDJSON request: lines in, outcomes out, in order and while the lines still come. What is read and not answered is
 * bounded; beyond that the socket is left unread, and so it is while the caller doesn't read its answers. For one context.
 *
 * <p>A body that tells its length is a request, whose lines are refused when they have waited for too long. One without is a
 * stream that may go on for days: while the consumers are pressed it is read as fast as events are let in.
 */
final class NdjsonStream implements BodiesUnderWay.Arrival {

    /** A line on its way, and its answer when it is there. */
    private static final class Slot {
        private final int index;
        private final long bytes;
        private EventOutcome outcome;

        private Slot(int index, long bytes) {
            this.index = index;
            this.bytes = bytes;
        }
    }

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RequestTrace trace;
    private final Desk desk;
    private final EventReader reader;
    private final GatewaySettings.Streams limits;
    private final BodiesUnderWay underWay;
    private final UnreadAnswers<HttpConnection> unread;
    private final String topic;
    private final Client client;
    private final boolean isRequest;
    private final LineSplitter lines;
    private final long maxLine;
    private final Gunzip gunzip;
    private final Runnable onFinished;
    private final EntityOrder order = new EntityOrder();
    private final Deque<Slot> slots = new ArrayDeque<>();
    private long inFlightBytes;
    /** Of a line that has not ended. */
    private int begunBytes;
    private int next;
    private boolean paused;
    private boolean ended;
    private boolean finished;
    private boolean flushing;

    /** @param onFinished runs once, when the answer is complete or nobody wants it any more */
    NdjsonStream(HttpServerRequest request, RequestTrace trace, Desk desk, EventReader reader, GatewaySettings settings,
                 BodiesUnderWay underWay, UnreadAnswers<HttpConnection> unread, String topic, Client client, boolean gzip,
                 Runnable onFinished) {
        this.request = request;
        this.response = request.response();
        this.trace = trace;
        this.desk = desk;
        this.reader = reader;
        this.limits = settings.streams();
        this.underWay = underWay;
        this.unread = unread;
        this.topic = topic;
        this.client = client;
        this.isRequest = request.getHeader("content-length") != null;
        this.maxLine = settings.maxEnvelopeSize();
        this.lines = new LineSplitter(settings.maxEnvelopeSize());
        this.gunzip = gzip ? new Gunzip() : null;
        this.onFinished = onFinished;
    }

    void start() {
        response.setStatusCode(200).putHeader("content-type", MediaType.NDJSON).setChunked(true)
                .setWriteQueueMaxSize(limits.unreadAnswers().toInt());
        if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
            response.writeContinue();
        }
        response.exceptionHandler(gone -> abandon());
        response.closeHandler(gone -> abandon());
        response.drainHandler(drained -> pump());
        request.exceptionHandler(broken -> stopReading());
        request.handler(this::onChunk);
        request.endHandler(end -> onEnd());
    }

    /** No further line is taken; what was taken gets its answer. */
    void stopReading() {
        if (!ended) {
            ended = true;
            forgetTheBegunLine();
            Leftover.ignore(request);
            flushSoon();
        }
    }

    private void onChunk(Buffer chunk) {
        if (ended) {
            return;
        }
        if (gunzip == null) {
            lines.feed(chunk.getBytes());
        } else {
            gunzip.feed(chunk.getBytes());
        }
        pump();
    }

    /** Takes lines as long as there are any and there is room for them. */
    private void pump() {
        try {
            while (!ended && hasRoom()) {
                LineSplitter.Line line = lines.next();
                if (line != null) {
                    onLine(line);
                } else if (!fed()) {
                    if (holdsTheBegunLine()) {
                        resume();
                    } else {
                        refuse(new Problem.Overloaded());
                    }
                    return;
                }
            }
        } catch (IOException e) {
            answer(new EventOutcome.Failed(null, new Problem.Malformed(e.getMessage())));
            stopReading();
            return;
        }
        if (!ended && !paused) {
            paused = true;
            request.pause();
        }
    }

    /** @return false when there is no room for it */
    private boolean holdsTheBegunLine() {
        int begun = lines.begun();
        if (begun > 0) {
            underWay.beginLine(this);
        } else {
            underWay.endLine(this);
        }
        if (begun > begunBytes && !underWay.hold(this, begun - begunBytes)) {
            return false;
        }
        if (begun < begunBytes) {
            underWay.release(begunBytes - begun);
        }
        begunBytes = begun;
        return true;
    }

    private void forgetTheBegunLine() {
        underWay.endLine(this);
        underWay.release(begunBytes);
        begunBytes = 0;
        lines.drop();
    }

    /** The line that has not ended is given up, and none is read after it. */
    @Override
    public void refuse(Problem problem) {
        answer(new EventOutcome.Failed(null, problem));
        stopReading();
    }

    /** The next unpacked piece, if there is one. */
    private boolean fed() throws IOException {
        byte[] piece = gunzip == null ? null : gunzip.next();
        if (piece != null) {
            lines.feed(piece);
        }
        return piece != null;
    }

    private void resume() {
        if (paused) {
            paused = false;
            request.resume();
        }
    }

    private boolean hasRoom() {
        int share = isRequest ? limits.inFlight() : desk.streamShare(limits.inFlight());
        return slots.size() < share && inFlightBytes < limits.inFlightSize().bytes() && !response.writeQueueFull();
    }

    private void onLine(LineSplitter.Line line) {
        if (line instanceof LineSplitter.Line.TooLong) {
            answer(new EventOutcome.Failed(null, new Problem.TooLarge("the line", maxLine)));
        } else if (line instanceof LineSplitter.Line.Text text && !text.isBlank()) {
            Reading reading = reader.read(text.bytes(), text.from(), text.to(), client.name(), null);
            Slot slot = add(reading instanceof Reading.Valid valid ? Desk.costOf(valid.event()) : 0);
            trace.publish(reading, traced -> isRequest
                    ? desk.take(topic, client, traced, order) : desk.takeFromStream(topic, client, traced, order)).onComplete(done -> {
                slot.outcome = done.result();
                flushSoon();
            });
        }
    }

    private void answer(EventOutcome outcome) {
        add(0).outcome = outcome;
        flushSoon();
    }

    private Slot add(long bytes) {
        Slot slot = new Slot(next++, bytes);
        if (slots.isEmpty() && !isRequest) {
            desk.onStreamBusy();
        }
        slots.add(slot);
        inFlightBytes += bytes;
        return slot;
    }

    private void onEnd() {
        if (ended) {
            return;
        }
        if (gunzip != null && !gunzip.isComplete()) {
            answer(new EventOutcome.Failed(null, new Problem.Malformed("the gzip breaks off")));
        }
        LineSplitter.Line last = lines.last();
        if (last != null) {
            onLine(last);
        }
        ended = true;
        forgetTheBegunLine();
        flushSoon();
    }

    /** Once a turn, so that answers travel together. */
    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            Vertx.currentContext().runOnContext(turn -> flush());
        }
    }

    private void flush() {
        flushing = false;
        if (finished) {
            return;
        }
        Buffer answers = answersInOrder();
        if (answers.length() > 0) {
            unread.hold(request.connection(), answers.length(), response.write(answers));
        }
        if (finished) {
            return;
        }
        if (ended && slots.isEmpty()) {
            finish();
            response.end();
            Leftover.discard(request);
        } else if (!ended) {
            pump();
        }
    }

    private Buffer answersInOrder() {
        try (Answers.Lines lines = new Answers.Lines()) {
            while (!slots.isEmpty() && slots.peek().outcome != null) {
                Slot slot = slots.poll();
                inFlightBytes -= slot.bytes;
                lines.add(slot.index, slot.outcome);
                if (slots.isEmpty()) {
                    onIdle();
                }
            }
            return lines.taken();
        }
    }

    private void onIdle() {
        if (!isRequest) {
            desk.onStreamIdle();
        }
    }

    /** The caller is gone: what was taken goes on, its outcomes are nobody's. */
    private void abandon() {
        ended = true;
        forgetTheBegunLine();
        finish();
    }

    private void finish() {
        if (!finished) {
            finished = true;
            if (!slots.isEmpty()) {
                onIdle();
            }
            if (gunzip != null) {
                gunzip.close();
            }
            onFinished.run();
        }
    }
}
