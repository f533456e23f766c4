package dev.sluice.testing.fault;

import dev.sluice.devstack.Redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Single commands to Redis, each over a connection of its own. */
public final class RedisQuestion {

    private static final int PATIENCE_MILLIS = 2_000;

    private RedisQuestion() {
    }

    /** @return the answer without its type; null for none. @throws IOException also for a refusal */
    public static String ask(Redis redis, String command) throws IOException {
        URI address = URI.create(redis.uri());
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), PATIENCE_MILLIS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String answer = answers.readLine();
            if (answer == null || answer.startsWith("-")) {
                throw new IOException(command + ": " + answer);
            }
            if (!answer.startsWith("$")) {
                return answer.substring(1);
            }
            return answer.equals("$-1") ? null : answers.readLine();
        }
    }
}
