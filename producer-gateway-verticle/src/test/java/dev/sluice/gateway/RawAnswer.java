package dev.sluice.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that came back from a connection until it closed or fell silent. */
record RawAnswer(String text) {

    private static final int ENOUGH = 256 << 10;
    private static final Pattern STATUS = Pattern.compile("(?m)^HTTP/1\\.[01] (\\d{3}) |\"status\":(\\d{3})\\b");
    /** What the documents name, and what Vert.x says to what is hardly HTTP. */
    private static final Set<Integer> MEANT = Set.of(100, 101, 200, 202, 207, 400, 403, 404, 405, 408, 409, 411, 413, 414, 415, 417, 422,
            424, 426, 429, 431, 501, 503, 505);

    /** @param patience with a connection that says nothing */
    static RawAnswer to(int port, byte[] request, Duration patience) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream().write(request);
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8 << 10];
            for (int length = in.read(buffer); length >= 0 && answer.size() < ENOUGH; length = in.read(buffer)) {
                answer.write(buffer, 0, length);
            }
        } catch (SocketTimeoutException silent) {
            return new RawAnswer(answer.toString(StandardCharsets.ISO_8859_1));
        } catch (IOException reset) {
            if (reset instanceof java.net.ConnectException) {
                throw reset;
            }
        }
        return new RawAnswer(answer.toString(StandardCharsets.ISO_8859_1));
    }

    boolean isThere() {
        return text.startsWith("HTTP/1.");
    }

    /** Every status in it is one that the gateway gives on purpose. */
    boolean isMeant() {
        for (Matcher status = STATUS.matcher(text); status.find(); ) {
            if (!MEANT.contains(Integer.parseInt(status.group(status.group(1) == null ? 2 : 1)))) {
                return false;
            }
        }
        return true;
    }
}
