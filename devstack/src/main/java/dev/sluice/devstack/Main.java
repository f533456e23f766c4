package dev.sluice.devstack;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The stack as a process of its own. Exit status: 0 stopped as told, 1 failure, 2 a wrong option. */
@Command(name = "devstack", mixinStandardHelpOptions = true, subcommands = {UpCommand.class, CleanCommand.class},
        description = "A real Kafka, PostgreSQL and Redis for development.")
public final class Main implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {
    }

    public static void main(String[] arguments) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "devstack-logback.xml");
        }
        System.exit(new CommandLine(new Main()).setExecutionExceptionHandler(Main::explain).execute(arguments));
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which command?");
    }

    /** What the user can mend is told without a stack trace. */
    private static int explain(Exception error, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (error instanceof StackFailure) {
            command.getErr().println("sluice: " + error.getMessage());
            return 1;
        }
        throw error;
    }
}
