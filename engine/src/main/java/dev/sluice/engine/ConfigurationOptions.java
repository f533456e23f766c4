package dev.sluice.engine;

import dev.sluice.engine.config.Configuration;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options of commands that read the configuration. */
final class ConfigurationOptions {

    @Option(names = "--config", paramLabel = "FILE", description = "in place of conf/sluice.yaml")
    private Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "one setting, such as operations.port=9081")
    private List<String> settings = new ArrayList<>();

    /** @param more as {@code --set} has them, over all else */
    Configuration load(String... more) {
        List<String> all = new ArrayList<>(settings);
        all.addAll(List.of(more));
        return Configuration.load(Optional.ofNullable(file), System.getenv(), all);
    }
}
