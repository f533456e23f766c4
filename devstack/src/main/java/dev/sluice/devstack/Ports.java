package dev.sluice.devstack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Where the three parts listen, on the loopback address only. */
public record Ports(int kafka, int postgres, int redis) {

    private static final int ATTEMPTS = 1_000;

    public static Ports usual() {
        return new Ports(PartName.KAFKA.usualPort(), PartName.POSTGRES.usualPort(), PartName.REDIS.usualPort());
    }

    public static Ports free() {
        return new Ports(oneFree(), oneFree(), oneFree());
    }

    /** Below the ports that the kernel hands to outgoing connections; somebody else can still take it first. */
    public static int oneFree() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            if (isFree(candidate)) {
                return candidate;
            }
        }
        throw new StackFailure("no free port found between 20000 and 32000");
    }

    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
