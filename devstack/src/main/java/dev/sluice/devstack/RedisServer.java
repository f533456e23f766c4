package dev.sluice.devstack;

import redis.embedded.core.ExecutableProvider;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Redis: the machine's own (or Valkey) from 7.2 on, else the bundled 6.2. It keeps nothing over a stop. */
final class RedisServer extends ChildServer {

    private static final Pattern VERSION = Pattern.compile("v=([0-9]+)\\.([0-9]+)");
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

    RedisServer(Path folder, int port, Children children) {
        super("redis", folder, port, children);
    }

    @Override
    void prepare() throws IOException {
        Files.createDirectories(folder.resolve("redis"));
    }

    @Override
    List<String> command() throws IOException {
        return List.of(executable(), "--port", Integer.toString(port), "--bind", Ports.HOST, "--dir",
                folder.resolve("redis").toString(), "--save", "", "--appendonly", "no", "--daemonize", "no");
    }

    private String executable() throws IOException {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : new String[] {"redis-server", "valkey-server"}) {
                Path candidate = Path.of(directory, name);
                if (Files.isExecutable(candidate) && isRecent(candidate)) {
                    return candidate.toString();
                }
            }
        }
        return ExecutableProvider.newJarResourceProvider(folder.resolve("redis").toFile()).get().getAbsolutePath();
    }

    private static boolean isRecent(Path executable) throws IOException {
        Process version = new ProcessBuilder(executable.toString(), "--version").redirectErrorStream(true).start();
        try (InputStream output = version.getInputStream()) {
            Matcher found = VERSION.matcher(new String(output.readAllBytes(), StandardCharsets.UTF_8));
            return found.find() && Integer.parseInt(found.group(1)) * 100 + Integer.parseInt(found.group(2)) >= 702;
        }
    }

    @Override
    boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Ports.HOST, port), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write(PING);
            return socket.getInputStream().read() == '+';
        } catch (IOException notYet) {
            return false;
        }
    }
}
