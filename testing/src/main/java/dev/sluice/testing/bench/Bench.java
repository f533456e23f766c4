package dev.sluice.testing.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code ./sluice bench}: Sluice beside its baselines, in the same run, on a stack of its own. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = "Measures Sluice beside its baselines; see docs/performance.md.")
public final class Bench implements Callable<Integer> {

    @Parameters(arity = "0..*", defaultValue = "drain", paramLabel = "NAME", description = "drain (default: ${DEFAULT-VALUE})")
    private List<String> scenarios;

    @Option(names = "--json", description = "prints the results as a JSON list")
    private boolean json;

    @Option(names = "--events", defaultValue = "1000000", paramLabel = "N", description = "of the fast; the plain loop gets a tenth (default: ${DEFAULT-VALUE})")
    private int events;

    @Option(names = "--entities", defaultValue = "10000", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int entities;

    @Option(names = "--partitions", defaultValue = "24", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int partitions;

    @Option(names = "--size", defaultValue = "300", paramLabel = "BYTES", description = "of an event (default: ${DEFAULT-VALUE})")
    private int size;

    @Option(names = "--runs", defaultValue = "3", paramLabel = "N", description = "of each subject (default: ${DEFAULT-VALUE})")
    private int runs;

    @Option(names = "--subjects", split = ",", paramLabel = "NAME", description = "some of them (default: all)")
    private List<String> subjects = List.of();

    @Option(names = "--durable", split = ",", defaultValue = "on,off", paramLabel = "on|off",
            description = "whether commits wait for the disk (default: ${DEFAULT-VALUE})")
    private List<String> durable;

    @Option(names = "--data", defaultValue = ".sluice", paramLabel = "DIR", description = "(default: ${DEFAULT-VALUE})")
    private Path data;

    public static void main(String[] arguments) {
        // A topic that is new has no leader for a moment: Kafka's clients try again by themselves.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<Subject> chosen = subjects.isEmpty() ? List.of(Subject.values()) : subjects.stream().map(Subject::of).toList();
        List<Result> results = new ArrayList<>();
        try (Arena arena = new Arena(data.resolve("bench").toAbsolutePath(), data.resolve("programs").toAbsolutePath())) {
            Map<Double, Drain> drains = new HashMap<>();
            for (Subject subject : chosen) {
                if (!drains.containsKey(subject.portion())) {
                    drains.put(subject.portion(), new Drain(arena,
                            new Workload((int) (events * subject.portion()), entities, partitions, size)));
                }
            }
            for (String setting : durable) {
                arena.durable(setting.equals("on"));
                results.addAll(measure(drains, chosen, setting.equals("on")));
            }
        }
        if (json) {
            System.out.println(JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(results));
        }
        return 0;
    }

    /** Subjects take turns, so that a machine that gets slower or faster does so for all. */
    private List<Result> measure(Map<Double, Drain> drains, List<Subject> chosen, boolean isDurable) throws Exception {
        List<List<Run>> all = chosen.stream().<List<Run>>map(subject -> new ArrayList<>()).toList();
        for (int number = 1; number <= runs; number++) {
            for (Subject subject : chosen) {
                Run run = drains.get(subject.portion()).run(subject, number);
                all.get(chosen.indexOf(subject)).add(run);
                System.err.printf("%-22s run %d: %.0f/s%n", subject.title(), number, run.eventsPerSecond());
            }
        }
        List<Result> results = new ArrayList<>();
        for (Subject subject : chosen) {
            Result ceiling = results.stream().filter(result -> result.subject().equals(Subject.CEILING.title())).findFirst().orElse(null);
            results.add(Result.of("drain", subject, isDurable, all.get(chosen.indexOf(subject)), ceiling));
        }
        results.forEach(result -> System.err.println(result.line()));
        return results;
    }
}
