package dev.sluice.testing.prove;

import dev.sluice.devstack.StackFailure;
import dev.sluice.testing.fault.FaultFailure;
import picocli.CommandLine;

/** The command line of the proof. Exit status: 0 every guarantee held, 1 not, 2 a wrong option. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "prove-logback.xml");
        }
        System.exit(new CommandLine(new ProveCommand()).setExecutionExceptionHandler(Main::explain).execute(arguments));
    }

    /** What the user can mend is told without a stack trace. */
    private static int explain(Exception error, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (error instanceof FaultFailure || error instanceof StackFailure) {
            command.getErr().println("sluice: " + error.getMessage());
            return 1;
        }
        throw error;
    }
}
