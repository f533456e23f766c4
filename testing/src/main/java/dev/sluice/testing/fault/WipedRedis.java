package dev.sluice.testing.fault;

import dev.sluice.devstack.Redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** All that Redis knows is gone: marks, leases, pressure and signs of life. */
final class WipedRedis implements Fault {

    private final Redis redis;
    private long keys;

    WipedRedis(Redis redis) {
        this.redis = redis;
    }

    @Override
    public String name() {
        return "wipe Redis";
    }

    @Override
    public void begin() throws FaultFailure {
        URI address = URI.create(redis.uri());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("DBSIZE\r\nFLUSHALL\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            keys = Long.parseLong(answers.readLine().substring(1));
            String wiped = answers.readLine();
            if (!"+OK".equals(wiped)) {
                throw new FaultFailure("Redis is not wiped: " + wiped);
            }
        } catch (IOException | NumberFormatException e) {
            throw new FaultFailure("Redis can't be wiped: " + e.getMessage(), e);
        }
    }

    @Override
    public String harm() throws FaultFailure {
        if (keys == 0) {
            throw new FaultFailure("Redis was empty anyway");
        }
        return keys + " keys gone";
    }

    @Override
    public void end() {
    }

    @Override
    public boolean isOverAtOnce() {
        return true;
    }
}
