package dev.sluice.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.operations.NodeFile;
import dev.sluice.engine.publish.Publication;
import dev.sluice.engine.publish.Summary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(name = "publish", mixinStandardHelpOptions = true, exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:every line was accepted or a duplicate", "1:the fate of some is unknown", "3:some were rejected"},
        description = "Publishes events, one JSON object a line, through the gateway.")
final class PublishCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "NDJSON; - for standard input")
    private String file;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "0", description = "events per second (default: as fast as it goes)")
    private double rate;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "4", description = "default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--gateway", paramLabel = "URL", description = "default: the running node's, else http://127.0.0.1:8080")
    private String gateway;

    @Option(names = "--topic", paramLabel = "T", description = "a declared topic (default: the gateway's)")
    private String topic;

    @Option(names = "--api-key", paramLabel = "KEY", defaultValue = "${env:SLUICE_API_KEY}",
            description = "shown to the gateway (default: $SLUICE_API_KEY, which other users can't see)")
    private String apiKey;

    @Option(names = "--patience", paramLabel = "SECONDS", defaultValue = "30",
            description = "how long to try a gateway that does not answer (default: ${DEFAULT-VALUE})")
    private int patience;

    @Option(names = "--json", description = "the summary for programs")
    private boolean json;

    @Mixin
    private RunningNode node;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (connections < 1 || connections > 256 || rate < 0 || patience < 1) {
            throw new ParameterException(spec.commandLine(),
                    "--connections: allowed are 1 to 256; --rate: 0 or more; --patience: 1 or more");
        }
        boolean terminal = System.console() != null;
        Progress progress = new Progress(spec.commandLine().getErr(), terminal);
        Summary summary;
        try (InputStream in = open()) {
            Publication publication =
                    new Publication(uri(), Optional.ofNullable(apiKey), connections, rate, Duration.ofSeconds(patience), progress::complain);
            progress.follow(publication::soFar);
            summary = publication.run(in);
        } finally {
            progress.end();
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? new ObjectMapper().writeValueAsString(summary) : text(summary));
        out.flush();
        return summary.exitStatus();
    }

    private InputStream open() throws IOException {
        if (file.equals("-")) {
            return System.in;
        }
        if (!Files.isReadable(Path.of(file)) || Files.isDirectory(Path.of(file))) {
            throw new ParameterException(spec.commandLine(), file + " can't be read");
        }
        return Files.newInputStream(Path.of(file));
    }

    private URI uri() throws IOException {
        String base = gateway != null ? gateway
                : node.find().map(NodeFile::gateway).orElse("http://127.0.0.1:8080");
        String path = topic == null ? "/v1/events" : "/v1/topics/" + URLEncoder.encode(topic, StandardCharsets.UTF_8) + "/events";
        try {
            URI uri = URI.create(base.replaceAll("/+$", "") + path);
            if (uri.getHost() != null && uri.getScheme().matches("https?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--gateway: '" + base + "' is no address: " + e.getMessage());
        }
        throw new ParameterException(spec.commandLine(), "--gateway: '" + base + "' is not allowed; allowed: http://host:port");
    }

    private static String text(Summary summary) {
        return String.format(Locale.ROOT, "%,d sent: %,d accepted, %,d duplicates, %,d rejected, %,d unknown"
                        + " in %.1f s (%,.0f/s, p50 %.1f ms, p99 %.1f ms)", summary.sent(), summary.accepted(),
                summary.duplicates(), summary.rejected(), summary.unknown(), summary.seconds(),
                summary.eventsPerSecond(), summary.p50Millis(), summary.p99Millis());
    }
}
