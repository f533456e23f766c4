package dev.sluice.testing.bench.gateway;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** One NDJSON stream: a thread that writes lines, and one that counts the outcomes. Anything but 202 ends it. */
final class Streams {

    private static final byte[] ACCEPTED = "\"status\":202".getBytes(StandardCharsets.US_ASCII);
    private static final int CHUNK = 64 << 10;

    private final int port;

    Streams(int port) {
        this.port = port;
    }

    /** @return events a second, from the first line to the last outcome */
    double run(int events) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            long start = System.nanoTime();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(socket, events));
            int accepted = accepted(socket.getInputStream(), events);
            double seconds = (System.nanoTime() - start) / 1e9;
            writing.join();
            if (accepted != events) {
                throw new IOException(accepted + " of " + events + " events were accepted");
            }
            return events / seconds;
        }
    }

    private static void write(Socket socket, int events) {
        PostedEvent posted = new PostedEvent();
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), CHUNK);
            byte[][] lines = new byte[200][];
            out.write(("POST /v1/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-ndjson\r\n"
                    + "transfer-encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            for (int sent = 0; sent < events; sent += lines.length) {
                int length = 0;
                for (int i = 0; i < lines.length && sent + i < events; i++) {
                    lines[i] = posted.next();
                    length += lines[i].length + 1;
                }
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < lines.length && sent + i < events; i++) {
                    out.write(lines[i]);
                    out.write('\n');
                }
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int accepted(InputStream in, int events) throws IOException {
        byte[] buffer = new byte[CHUNK];
        int matched = 0;
        int accepted = 0;
        for (int length = in.read(buffer); length >= 0 && accepted < events; length = in.read(buffer)) {
            for (int i = 0; i < length; i++) {
                matched = buffer[i] == ACCEPTED[matched] ? matched + 1 : buffer[i] == ACCEPTED[0] ? 1 : 0;
                if (matched == ACCEPTED.length) {
                    accepted++;
                    matched = 0;
                }
            }
            if (accepted == events) {
                return accepted;
            }
        }
        return accepted;
    }
}
