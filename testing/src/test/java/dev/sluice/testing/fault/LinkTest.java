package dev.sluice.testing.fault;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An echo at the other end of a link. */
@Timeout(60)
class LinkTest {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private ServerSocket echo;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> {
            while (!echo.isClosed()) {
                try {
                    Socket socket = echo.accept();
                    new Thread(() -> answer(socket), "echo").start();
                } catch (IOException closed) {
                    return;
                }
            }
        }, "echo-server");
        server.start();
        link = new Link("echo", vertx, 0, echo.getLocalPort());
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException gone) {
            // The other side has ended.
        }
    }

    @AfterEach
    void end() throws Exception {
        link.close();
        echo.close();
        Link.await(vertx.close());
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), link.port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static byte[] ask(Socket socket, int bytes) throws IOException {
        socket.getOutputStream().write(new byte[bytes]);
        return socket.getInputStream().readNBytes(bytes);
    }

    @Test
    void shouldCarryAllThatIsSentThroughIt() throws Exception {
        try (Socket socket = connect()) {
            byte[] sent = new byte[3_000_000];
            new java.util.Random(1).nextBytes(sent);
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(sent);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();

            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            assertThat(link.affected()).isZero();
        }
    }

    @Test
    void shouldResetAndRefuseWhenItIsCut() throws Exception {
        try (Socket socket = connect()) {
            ask(socket, 1);
            link.set(new Condition.Cut());

            assertEnded(socket);
            try (Socket another = connect()) {
                assertEnded(another);
            }
            assertThat(link.affected()).isEqualTo(2);
        }
        link.set(new Condition.Clear());
        try (Socket socket = connect()) {
            assertThat(ask(socket, 3)).hasSize(3);
        }
    }

    private static void assertEnded(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    void shouldKeepConnectionsAndCarryNothingWhenHalfOpen() throws Exception {
        try (Socket socket = connect()) {
            ask(socket, 1);
            link.set(new Condition.HalfOpen());
            socket.setSoTimeout(300);

            assertThatThrownBy(() -> ask(socket, 5)).isInstanceOf(SocketTimeoutException.class);
            assertThat(link.affected()).isEqualTo(5);
            link.set(new Condition.Clear());
            socket.setSoTimeout(5_000);
            assertEnded(socket);
        }
    }

    @Test
    void shouldDelayEachDirectionAndLoseNothing() throws Exception {
        try (Socket socket = connect()) {
            ask(socket, 1);
            link.set(new Condition.Delayed(Duration.ofMillis(100)));
            long began = System.nanoTime();

            assertThat(ask(socket, 10)).hasSize(10);
            assertThat(System.nanoTime() - began).isGreaterThan(195_000_000L);
            link.set(new Condition.Clear());
            assertThat(ask(socket, 10)).hasSize(10);
        }
    }

    @Test
    void shouldCarryNoMoreThanItMayWhenThrottled() throws Exception {
        try (Socket socket = connect()) {
            link.set(new Condition.Throttled(10_000));
            long began = System.nanoTime();

            assertThat(ask(socket, 5_000)).hasSize(5_000);
            assertThat(System.nanoTime() - began).isGreaterThan(900_000_000L);
            assertThat(link.affected()).isEqualTo(10_000);
        }
    }
}
