package dev.sluice.devstack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of the loopback address. */
public final class Ports {

    static final String HOST = "127.0.0.1";
    private static final int CONNECT_MILLIS = 500;

    private Ports() {
    }

    /** Below the ports that the kernel hands to outgoing connections, so that nobody gets it by chance. */
    public static int free() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            if (isFree(candidate)) {
                return candidate;
            }
        }
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** @param variable that chooses another port */
    static void requireFree(String server, int port, String variable) {
        if (!isFree(port)) {
            throw new StackFailure("port " + port + " for " + server + " is taken by another process; free it, or choose another with "
                    + variable + "=PORT");
        }
    }
}
