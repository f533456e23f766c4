package dev.sluice.engine.publish;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers requests as a test tells it, and remembers what came over which connection. */
final class FakeGateway implements AutoCloseable {

    /** @param number of the request, from 1 */
    interface Script {
        Reply answer(int number, List<String> lines);
    }

    /** @param status 0: the connection is closed without a word @param retryAfter null: no such header */
    record Reply(int status, String body, String retryAfter) {

        static Reply accepted(int lines) {
            return lines("202", lines);
        }

        /** @param status of each line; with "d" behind it, a duplicate */
        static Reply lines(String status, int count) {
            return perLine(Collections.nCopies(count, status));
        }

        static Reply perLine(List<String> statuses) {
            StringBuilder body = new StringBuilder();
            for (int i = 0; i < statuses.size(); i++) {
                String[] statusAndCode = statuses.get(i).split(" ", 2);
                String code = statusAndCode.length == 1 ? "" : ", \"code\": \"" + statusAndCode[1] + "\", \"detail\": \"why\"";
                body.append("{\"index\": ").append(i).append(", \"status\": ").append(statusAndCode[0].replace("d", ""))
                        .append(", \"duplicate\": ").append(statusAndCode[0].endsWith("d")).append(code).append("}\n");
            }
            return new Reply(200, body.toString(), null);
        }

        static Reply closed() {
            return new Reply(0, "", null);
        }
    }

    record Received(String connection, List<String> lines) {
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger requests = new AtomicInteger();
    private final Script script;

    FakeGateway(Script script) throws IOException {
        this.script = script;
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/v1/events", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        List<String> lines = body.lines().toList();
        int number = requests.incrementAndGet();
        received.add(new Received(exchange.getRemoteAddress().toString(), lines));
        Reply reply = script.answer(number, lines);
        if (reply.status != 0) {
            if (reply.retryAfter != null) {
                exchange.getResponseHeaders().add("retry-after", reply.retryAfter);
            }
            byte[] bytes = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/events");
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    List<String> lines() {
        return received().stream().flatMap(request -> request.lines().stream()).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
