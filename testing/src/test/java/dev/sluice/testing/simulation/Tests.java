package dev.sluice.testing.simulation;

import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs tests of any module in a JVM of their own, with classes of the product replaced. Exit status: how they ended. */
final class Tests {

    private static final int PASSED = 0;
    private static final int FAILED = 1;

    private Tests() {
    }

    /**
     * @param module   whose tests they are
     * @param replaced by name; empty for the product as it is
     * @param folder   for these, and for what the tests say
     * @return what the tests said when one failed; empty when all passed
     * @throws IllegalStateException when there was nothing to run
     */
    static Optional<String> failure(List<String> tests, Path module, Map<String, byte[]> replaced, Path folder)
            throws IOException, InterruptedException {
        for (Map.Entry<String, byte[]> each : replaced.entrySet()) {
            Path file = folder.resolve(each.getKey().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
        Path said = folder.resolve("said.txt");
        String classPath = String.join(File.pathSeparator, folder.toString(), module.resolve("target/test-classes").toString(),
                System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "-Dvertx.disableFileCPResolving=true", Tests.class.getName()));
        command.addAll(tests);
        ProcessBuilder builder = new ProcessBuilder(command).directory(module.toFile()).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("CLASSPATH", classPath);
        int status = builder.start().waitFor();
        if (status != PASSED && status != FAILED) {
            throw new IllegalStateException(tests + " can't be run: " + Files.readString(said));
        }
        return status == PASSED ? Optional.empty() : Optional.of(Files.readString(said));
    }

    public static void main(String[] tests) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(tests).map(Tests::selector).toList()).build();
        LauncherFactory.create().execute(request, summary);
        summary.getSummary().getFailures().forEach(failure ->
                System.out.println(failure.getTestIdentifier().getDisplayName() + ": " + failure.getException()));
        System.exit(summary.getSummary().getTestsFoundCount() == 0 ? 2 : summary.getSummary().getTotalFailureCount() == 0 ? PASSED : FAILED);
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#") ? DiscoverySelectors.selectMethod(test) : DiscoverySelectors.selectClass(test);
    }
}
