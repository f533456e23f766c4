package dev.sluice.engine;

import dev.sluice.engine.operations.NodeFile;
import picocli.CommandLine.Option;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The node that runs on this machine over a data folder; asked without loading what only a node needs. */
final class RunningNode {

    private static final int CONNECT_MILLIS = 2_000;
    /** Above the deadline of the lag question. */
    private static final int ANSWER_MILLIS = 12_000;

    /** Above the deadline of a replay's portion. */
    private static final int ACTION_MILLIS = 35_000;

    @Option(names = "--data", paramLabel = "DIR", description = "the node's data folder (default: $SLUICE_DATA, else .sluice)")
    private Path data;

    Path data() {
        return data != null ? data : Path.of(System.getenv().getOrDefault("SLUICE_DATA", ".sluice"));
    }

    Optional<NodeFile> find() throws IOException {
        return NodeFile.read(data());
    }

    /** @return status and body */
    static Answer get(String operations, String path) throws IOException {
        return answer(open(operations, path, ANSWER_MILLIS));
    }

    static Answer post(String operations, String path, byte[] json) throws IOException {
        HttpURLConnection connection = open(operations, path, ACTION_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("content-type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write(json);
        }
        return answer(connection);
    }

    /** @param onLine says whether it wants more. @return status and body of a refusal; 200 and nothing after all lines */
    static Answer stream(String operations, String path, Predicate<String> onLine) throws IOException {
        HttpURLConnection connection = open(operations, path, ACTION_MILLIS);
        if (connection.getResponseCode() != 200) {
            return answer(connection);
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
            String line = lines.readLine();
            while (line != null && onLine.test(line)) {
                line = lines.readLine();
            }
        }
        return new Answer(200, new byte[0]);
    }

    private static HttpURLConnection open(String operations, String path, int answerMillis) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(operations + path).toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(answerMillis);
        return connection;
    }

    private static Answer answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, body == null ? new byte[0] : body.readAllBytes());
        }
    }

    record Answer(int status, byte[] body) {
    }
}
