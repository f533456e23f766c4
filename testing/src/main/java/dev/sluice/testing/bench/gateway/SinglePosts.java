package dev.sluice.testing.bench.gateway;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;

/**
 * Single posts over so many connections, each with one request at a time, all on one thread, with as little work of its
 * own as may be: what it takes from the machine it takes from the server. An answer other than 202 ends it.
 */
final class SinglePosts {

    private static final byte[] ACCEPTED = "HTTP/1.1 202".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST_ANSWER = 16 << 10;

    /** @param latencies of the measured time, in microseconds @param all answers, those of the warm-up among them */
    record Measured(double perSecond, Histogram latencies, long all) {
    }

    private static final class Caller {
        private final ByteBuffer in = ByteBuffer.allocate(LARGEST_ANSWER);
        private long sentAt;
    }

    private final PostedEvent events = new PostedEvent();
    private final int port;
    private Histogram latencies = new Histogram(60_000_000, 3);

    SinglePosts(int port) {
        this.port = port;
    }

    Measured run(int connections, Duration warmUp, Duration measured) throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                Caller caller = new Caller();
                channel.register(selector, SelectionKey.OP_READ, caller);
                post(channel, caller);
            }
            turn(selector, System.nanoTime() + warmUp.toNanos());
            long warming = latencies.getTotalCount();
            latencies = new Histogram(60_000_000, 3);
            long start = System.nanoTime();
            turn(selector, start + measured.toNanos());
            double perSecond = latencies.getTotalCount() / ((System.nanoTime() - start) / 1e9);
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            return new Measured(perSecond, latencies, warming + latencies.getTotalCount());
        }
    }

    private void turn(Selector selector, long until) throws IOException {
        while (System.nanoTime() < until) {
            selector.select(100);
            for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                SelectionKey key = keys.next();
                read((SocketChannel) key.channel(), (Caller) key.attachment());
            }
        }
    }

    private void post(SocketChannel channel, Caller caller) throws IOException {
        byte[] event = events.next();
        byte[] head = ("POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cloudevents+json\r\ncontent-length: "
                + event.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocate(head.length + event.length).put(head).put(event).flip();
        caller.sentAt = System.nanoTime();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    private void read(SocketChannel channel, Caller caller) throws IOException {
        if (channel.read(caller.in) < 0) {
            throw new IOException("the server has closed the connection");
        }
        int end = endOfAnswer(caller.in);
        if (end >= 0) {
            latencies.recordValue((System.nanoTime() - caller.sentAt) / 1_000);
            caller.in.clear();
            post(channel, caller);
        }
    }

    /** -1 while it is not complete. */
    private static int endOfAnswer(ByteBuffer in) throws IOException {
        byte[] bytes = in.array();
        int filled = in.position();
        for (int i = 0; i + 3 < filled; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                if (!startsWith(bytes, 0, ACCEPTED)) {
                    throw new IOException("refused: " + new String(bytes, 0, filled, StandardCharsets.US_ASCII));
                }
                int end = i + 4 + length(bytes, i);
                return end <= filled ? end : -1;
            }
        }
        return -1;
    }

    private static int length(byte[] bytes, int headEnd) throws IOException {
        for (int i = 0; i < headEnd; i++) {
            if (startsWith(bytes, i, LENGTH)) {
                int length = 0;
                for (int at = i + LENGTH.length; bytes[at] != '\r'; at++) {
                    length = 10 * length + bytes[at] - '0';
                }
                return length;
            }
        }
        throw new IOException("an answer without content-length");
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] word) {
        for (int i = 0; i < word.length; i++) {
            if (bytes[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }
}
