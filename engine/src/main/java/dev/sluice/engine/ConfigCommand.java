package dev.sluice.engine;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(name = "config", mixinStandardHelpOptions = true, description = "Prints the settings in effect, secrets hidden.")
final class ConfigCommand implements Callable<Integer> {

    @Mixin
    private ConfigurationOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(options.load().withoutSecrets());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
