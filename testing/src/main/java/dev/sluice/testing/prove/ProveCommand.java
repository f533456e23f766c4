package dev.sluice.testing.prove;

import com.fasterxml.jackson.databind.ObjectMapper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

@Command(name = "prove", mixinStandardHelpOptions = true, exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:every guarantee held", "1:one did not, or the proof could not be carried out", "2:a wrong option"},
        description = "Runs a ledger under load and faults, on a Kafka, PostgreSQL, Redis and nodes of its own, and checks every guarantee from outside.")
final class ProveCommand implements Callable<Integer> {

    private static final int NODES = 2;

    @Option(names = "--events", defaultValue = "100000", paramLabel = "N", description = "events to publish (default: ${DEFAULT-VALUE})")
    private int events;

    @Option(names = "--faults", defaultValue = "10", paramLabel = "N", description = "faults to inject (default: ${DEFAULT-VALUE})")
    private int faults;

    @Option(names = "--scenario", defaultValue = "all", paramLabel = "NAME", description = "which faults, or what else: all, crash, freeze,"
            + " network, rebalance, kafka, postgres, redis, latency-spike (default: ${DEFAULT-VALUE})")
    private String scenario;

    @Option(names = "--seed", paramLabel = "S", description = "decides events and faults; printed, so that a run can be repeated")
    private Long seed;

    @Option(names = "--handler", defaultValue = Plan.LEDGER, paramLabel = "NAME", description = "prove a handler of your own, see docs/guarantees.md"
            + " (default: ${DEFAULT-VALUE})")
    private String handler;

    @Option(names = "--minutes", paramLabel = "M", description = "spread the load over so long (default: 8 seconds a fault)")
    private Double minutes;

    @Option(names = "--json", description = "the result for programs")
    private boolean json;

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "${env:SLUICE_DATA:-.sluice}", description = "data, logs and report go below it (default: ${DEFAULT-VALUE})")
    private Path data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (events < 100 || events > 20_000_000 || faults < 0 || faults > 10_000 || minutes != null && !(minutes > 0)) {
            throw new ParameterException(spec.commandLine(),
                    "--events: allowed are 100 to 20000000; --faults: 0 to 10000; --minutes: more than 0");
        }
        if (!handler.matches("[a-z0-9]+(-[a-z0-9]+)*") || handler.equals(Plan.AUDIT)) {
            throw new ParameterException(spec.commandLine(), "--handler: '" + handler
                    + "' is not allowed; allowed: a handler's name, lower-case words joined by hyphens, but for " + Plan.AUDIT);
        }
        Plan plan = plan(Scenario.of(scenario).orElseThrow(() -> new ParameterException(spec.commandLine(),
                "--scenario: '" + scenario + "' is not known; allowed: " + Scenario.keys())));
        Result result;
        try (Proof proof = new Proof(plan, spec.commandLine().getErr()::println)) {
            result = proof.run();
        }
        spec.commandLine().getOut().println(json ? new ObjectMapper().writeValueAsString(result.summary()) : result.text());
        if (json) {
            spec.commandLine().getErr().println(result.text());
        }
        spec.commandLine().getOut().flush();
        return result.held() ? 0 : 1;
    }

    private Plan plan(Scenario chosen) {
        long number = Optional.ofNullable(seed).orElseGet(() -> ThreadLocalRandom.current().nextLong(1, 1_000_000_000));
        int wanted = chosen.kinds().isEmpty() ? 0 : faults;
        double rate = minutes != null ? events / (minutes * 60)
                : chosen == Scenario.LATENCY_SPIKE ? events / (double) LatencySpike.LEVEL.multipliedBy(LatencySpike.LEVELS).toSeconds()
                : Plan.rate(events, wanted);
        Path home = data.toAbsolutePath().normalize();
        return new Plan(number, events, chosen, chosen.kinds(), wanted, rate, NODES, handler, home.resolve("prove"), home.resolve("programs"));
    }
}
