package dev.sluice.testing.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * One long request to the gateway: a line of NDJSON per event, written when it is due, answered while the request goes on.
 * Over a plain socket, because a client library would cost more than what is measured.
 */
final class NdjsonLane implements OpenLoop.Lane, AutoCloseable {

    private static final String ACCEPTED = "\"status\":202";
    /** By the throttle, for want of room, and because an earlier one of its entity was. */
    private static final List<String> TURNED_AWAY = List.of("\"status\":429", "\"code\":\"OVERLOADED\"", "\"code\":\"PRECEDING_FAILED\"");

    /** A chunk is written at once, its size before it: each write is a packet that the gateway has to read. */
    private static final int SIZE_DIGITS = 6;
    private static final int DATA = SIZE_DIGITS + 2;

    private final Socket socket;
    private final OutputStream out;
    private final IntFunction<byte[]> events;
    private final Thread reader;
    private byte[] chunk = new byte[1 << 16];
    private int length = DATA;
    private int sent;
    private volatile int accepted;
    private volatile int turnedAway;
    private volatile String refusal;

    NdjsonLane(URI gateway, IntFunction<byte[]> events) throws IOException {
        this.events = events;
        socket = new Socket(gateway.getHost(), gateway.getPort());
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        out.write(("POST /v1/events HTTP/1.1\r\nHost: " + gateway.getAuthority() + "\r\nContent-Type: application/x-ndjson\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        reader = new Thread(this::read, "ndjson-reader");
        reader.start();
    }

    @Override
    public void send(int index) {
        byte[] line = events.apply(index);
        if (length + line.length + 3 > chunk.length) {
            chunk = Arrays.copyOf(chunk, chunk.length * 2);
        }
        System.arraycopy(line, 0, chunk, length, line.length);
        chunk[length + line.length] = '\n';
        length += line.length + 1;
        sent++;
    }

    @Override
    public void flush() throws IOException {
        chunk[length] = '\r';
        chunk[length + 1] = '\n';
        byte[] size = String.format("%0" + SIZE_DIGITS + "x\r\n", length - DATA).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, chunk, 0, DATA);
        out.write(chunk, 0, length + 2);
        length = DATA;
    }

    /**
     * Ends the request.
     *
     * @return events that the gateway turned away, because the consumers were pressed or it was full
     * @throws IOException when others were not accepted, with the first answer of that kind
     */
    int finish() throws IOException, InterruptedException {
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        reader.join(TimeUnit.SECONDS.toMillis(30));
        if (accepted + turnedAway != sent) {
            throw new IOException("the gateway accepted " + accepted + " of " + sent + " events and turned " + turnedAway
                    + " away; another answer: " + refusal);
        }
        return turnedAway;
    }

    /** Until the last chunk: answers are lines, and what frames them holds no status. */
    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1 << 16)) {
            for (String line = in.readLine(); line != null && !line.equals("0"); line = in.readLine()) {
                if (line.contains(ACCEPTED)) {
                    accepted++;
                } else if (TURNED_AWAY.stream().anyMatch(line::contains)) {
                    turnedAway++;
                } else if (refusal == null && line.contains("\"status\"")) {
                    refusal = line;
                }
            }
        } catch (IOException gone) {
            refusal = gone.toString();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
