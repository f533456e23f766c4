package dev.sluice.testing.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.testing.bench.gateway.GatewayBench;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code ./sluice bench}: Sluice beside its baselines, in the same run, on a stack of its own. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = "Measures Sluice beside its baselines; see docs/performance.md.")
public final class Bench implements Callable<Integer> {

    private static final List<String> SCENARIOS = List.of("drain", "end-to-end", "gateway", "spike", "scale", "micro");

    private static final List<String> WITHOUT_ARENA = List.of("gateway", "micro");
    private static final int LEARNING_EVENTS = 500_000;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(arity = "0..*", defaultValue = "drain", paramLabel = "NAME", description = "drain, end-to-end, gateway, spike, scale, micro (default: ${DEFAULT-VALUE})")
    private List<String> scenarios;

    @Option(names = "--json", description = "prints the results as a JSON list")
    private boolean json;

    @Option(names = "--events", defaultValue = "1000000", paramLabel = "N",
            description = "to drain; the plain loop gets a tenth (default: ${DEFAULT-VALUE})")
    private int events;

    @Option(names = "--entities", defaultValue = "10000", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int entities;

    @Option(names = "--partitions", defaultValue = "24", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int partitions;

    @Option(names = "--size", defaultValue = "300", paramLabel = "BYTES", description = "of an event to drain (default: ${DEFAULT-VALUE})")
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

    /** One run of a subject: a figure for each of the scenario's loads. */
    private interface Measurement {
        Map<String, Run> run(Subject subject, int number) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        scenarios.stream().filter(name -> !SCENARIOS.contains(name)).findFirst().ifPresent(unknown -> {
            throw new ParameterException(spec.commandLine(), "no scenario '" + unknown + "'; there are " + String.join(", ", SCENARIOS));
        });
        List<Subject> chosen = subjects.isEmpty() ? List.of(Subject.values()) : subjects.stream().map(Subject::of).toList();
        List<Result> results = new ArrayList<>(scenarios.contains("micro") ? Micro.run() : List.of());
        if (!WITHOUT_ARENA.containsAll(scenarios)) {
            measureInArena(chosen, results);
        }
        if (scenarios.contains("gateway")) {
            List<Result> gateway = Result.of(new GatewayBench(data.resolve("bench/gateway").toAbsolutePath(), runs,
                    Duration.ofSeconds(20), Duration.ofSeconds(6), 300_000, List.of()).run());
            gateway.forEach(result -> System.err.println(result.line()));
            results.addAll(gateway);
            plot("gateway", results);
        }
        if (json) {
            System.out.println(JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(results));
        }
        return 0;
    }

    private void measureInArena(List<Subject> chosen, List<Result> results) throws Exception {
        try (Arena arena = new Arena(data.resolve("bench").toAbsolutePath(), data.resolve("programs").toAbsolutePath())) {
            for (String scenario : scenarios.stream().filter(name -> !WITHOUT_ARENA.contains(name)).toList()) {
                boolean drains = scenario.equals("drain") || scenario.equals("scale");
                List<Subject> suited = drains ? chosen : chosen.stream().filter(Subject::holdsRates).toList();
                learn(arena, drains, suited);
                Measurement measurement = measurement(scenario, arena, suited);
                for (String setting : durable) {
                    arena.durable(setting.equals("on"));
                    results.addAll(measure(scenario, measurement, suited, setting.equals("on")));
                }
                plot(scenario, results);
            }
        }
    }

    /** So that each run that counts finds what its JVM has learned, whichever is the first. */
    private void learn(Arena arena, boolean drains, List<Subject> suited) throws Exception {
        for (Subject subject : suited) {
            if (Jvm.isMissing(subject.learned(arena, drains ? Drain.VERTICLES : EndToEnd.VERTICLES))) {
                System.err.println(subject.title() + " learns, which does not count");
                if (drains) {
                    Drain drain = new Drain(arena, new Workload((int) (LEARNING_EVENTS * subject.portion()), entities, partitions, size));
                    drain.run(subject, 0);
                    drain.forget();
                } else {
                    new EndToEnd(arena, entities, partitions).learn(subject);
                }
            }
        }
    }

    private void plot(String scenario, List<Result> results) throws IOException {
        Path file = data.resolve("bench").resolve(scenario + ".svg");
        Files.createDirectories(file.getParent());
        Files.writeString(file, Chart.of(scenario, results.stream().filter(result -> result.scenario().equals(scenario)).toList()));
        System.err.println("plot: " + file);
    }

    private Measurement measurement(String scenario, Arena arena, List<Subject> suited) throws Exception {
        return switch (scenario) {
            case "drain" -> drain(arena, suited);
            case "scale" -> new Scale(arena, events)::run;
            case "spike" -> {
                Spike spike = new Spike(new EndToEnd(arena, entities, partitions));
                yield (subject, number) -> spike.run(subject);
            }
            default -> {
                EndToEnd endToEnd = new EndToEnd(arena, entities, partitions);
                yield (subject, number) -> endToEnd.run(subject);
            }
        };
    }

    private Measurement drain(Arena arena, List<Subject> chosen) throws Exception {
        Map<Double, Drain> drains = new HashMap<>();
        for (Subject subject : chosen) {
            if (!drains.containsKey(subject.portion())) {
                drains.put(subject.portion(), new Drain(arena,
                        new Workload((int) (events * subject.portion()), entities, partitions, size)));
            }
        }
        return (subject, number) -> Map.of("", drains.get(subject.portion()).run(subject, number));
    }

    /** Subjects take turns, so that a machine that gets slower or faster does so for all. */
    private List<Result> measure(String scenario, Measurement measurement, List<Subject> chosen, boolean isDurable) throws Exception {
        Map<Subject, Map<String, List<Run>>> all = new LinkedHashMap<>();
        for (int number = 1; number <= runs; number++) {
            for (Subject subject : chosen) {
                measurement.run(subject, number).forEach((load, run) -> {
                    all.computeIfAbsent(subject, none -> new LinkedHashMap<>()).computeIfAbsent(load, none -> new ArrayList<>()).add(run);
                    System.err.printf("%s %s run: %.0f/s, CPU %.2f of it the subject's %.2f%s%n", subject.title(), load,
                            run.eventsPerSecond(), run.cpuSecondsPer100k().total(), run.cpuSecondsPer100k().consumer(),
                            run.joinSeconds() == null ? "" : ", first effect after %.1f s".formatted(run.joinSeconds()));
                });
            }
        }
        List<Result> results = new ArrayList<>();
        all.forEach((subject, loads) -> loads.forEach((load, ofLoad) -> {
            Map<String, String> settings = new LinkedHashMap<>(subject.settings());
            if (!load.isEmpty()) {
                settings.put(scenario.equals("scale") ? "variant" : "rate", load);
                if (ofLoad.get(0).latency() != null) {
                    settings.computeIfPresent("profile", (key, forDraining) -> EndToEnd.PROFILE);
                }
            }
            Optional<Result> ceiling = results.stream().filter(result -> result.subject().equals(Subject.CEILING.title())
                    && result.load().equals(load)).findFirst();
            results.add(Result.of(scenario, subject, isDurable, settings, ofLoad, ceiling.orElse(null)));
        }));
        results.forEach(result -> System.err.println(result.line()));
        return results;
    }
}
