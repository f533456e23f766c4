package dev.sluice.devstack;

import dev.sluice.devstack.process.ProcessStack;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(name = "clean", description = "Ends what a killed stack has left running.")
final class CleanCommand implements Callable<Integer> {

    @Option(names = "--data", required = true, paramLabel = "DIR")
    private Path data;

    @Override
    public Integer call() {
        int ended = ProcessStack.endOrphans(data);
        if (ended > 0) {
            System.out.println("ended " + ended + " left from an earlier run");
        }
        return 0;
    }
}
