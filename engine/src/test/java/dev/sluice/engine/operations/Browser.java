package dev.sluice.engine.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Assumptions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Chromium without a window, told what to do over its debugging protocol. */
final class Browser implements AutoCloseable, WebSocket.Listener {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTENING = "DevTools listening on ws://";

    private final Process process;
    private WebSocket page;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final StringBuilder message = new StringBuilder();

    /** Leaves the test out, and says so, where there is no Chromium. */
    static Browser open(Path folder) throws Exception {
        Assumptions.assumeTrue(Arrays.stream(System.getenv("PATH").split(":")).anyMatch(each ->
                Files.isExecutable(Path.of(each, "chromium"))), "chromium is not installed: the console is not looked at");
        Browser browser = new Browser(new ProcessBuilder("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
                "--user-data-dir=" + folder.toAbsolutePath(), "about:blank").redirectErrorStream(true).start());
        browser.connect();
        return browser;
    }

    private Browser(Process process) {
        this.process = process;
    }

    private void connect() throws Exception {
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = said.readLine();
        while (line != null && !line.contains(LISTENING)) {
            line = said.readLine();
        }
        if (line == null) {
            throw new IOException("Chromium has ended at once");
        }
        Thread drain = new Thread(() -> said.lines().forEach(ignored -> { }), "chromium-output");
        drain.setDaemon(true);
        drain.start();
        String authority = line.substring(line.indexOf(LISTENING) + LISTENING.length()).replaceFirst("/.*", "");
        HttpClient http = HttpClient.newHttpClient();
        JsonNode pages = JSON.readTree(http.send(HttpRequest.newBuilder(URI.create("http://" + authority + "/json/list")).build(),
                HttpResponse.BodyHandlers.ofString()).body());
        page = http.newWebSocketBuilder().buildAsync(URI.create(pages.get(0).path("webSocketDebuggerUrl").asText()), this)
                .get(20, TimeUnit.SECONDS);
    }

    void go(String address) throws Exception {
        command("Page.navigate", Map.of("url", address));
    }

    /** What is downloaded lies there afterwards, under its own name. */
    void downloadTo(Path folder) throws Exception {
        command("Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toAbsolutePath().toString()));
    }

    /** @param script an expression or a promise. @return its value, as text; empty for nothing */
    String evaluate(String script) throws Exception {
        JsonNode result = command("Runtime.evaluate", Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(result.path("exceptionDetails").toString());
        }
        return result.path("result").path("value").asText("");
    }

    private JsonNode command(String method, Map<String, ?> parameters) throws Exception {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        page.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true).join();
        return answer.get(30, TimeUnit.SECONDS).path("result");
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        message.append(part);
        if (last) {
            try {
                JsonNode whole = JSON.readTree(message.toString());
                CompletableFuture<JsonNode> answer = waiting.remove(whole.path("id").asInt());
                if (answer != null) {
                    answer.complete(whole);
                }
            } catch (IOException e) {
                waiting.values().forEach(each -> each.completeExceptionally(e));
            }
            message.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly()).join();
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
