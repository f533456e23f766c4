package dev.sluice.engine;

import dev.sluice.config.InvalidSetting;
import dev.sluice.engine.config.ConfigurationError;
import dev.sluice.engine.deploy.StartRefused;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the engine. Exit status: 0 success, 1 failure, 2 a wrong option or setting. */
@Command(name = "sluice", mixinStandardHelpOptions = true, version = "sluice 0.1.0",
        description = "Events from HTTP to PostgreSQL through Kafka, exactly once in effect.",
        subcommands = {NodeCommand.class, StatusCommand.class, PublishCommand.class, LagCommand.class, ConfigCommand.class,
                ApiKeyCommand.class, DlqCommand.class, PartitionCommand.class})
public final class Main implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new Main()).setExecutionExceptionHandler(Main::explain).execute(arguments);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which command?");
    }

    /** What the user can mend is told without a stack trace. */
    private static int explain(Exception error, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (error instanceof ConfigurationError || error instanceof InvalidSetting) {
            command.getErr().println("sluice: " + error.getMessage());
            return 2;
        }
        if (error instanceof StartRefused) {
            command.getErr().println("sluice: " + error.getMessage());
            return 1;
        }
        throw error;
    }
}
