package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes alerts as Slack would, and keeps their first lines: {@code [PAGE] GroupLagHigh: ...}. */
public final class WebhookReceiver implements AutoCloseable {

    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public WebhookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            texts.add(new ObjectMapper().readTree(exchange.getRequestBody()).path("text").asText());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    public boolean hasToldOf(String alert) {
        return texts.stream().anyMatch(text -> text.contains("] " + alert + ":") && !text.startsWith("[RESOLVED]"));
    }

    public boolean hasToldTheEndOf(String alert) {
        return texts.stream().anyMatch(text -> text.startsWith("[RESOLVED] " + alert + ":"));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
