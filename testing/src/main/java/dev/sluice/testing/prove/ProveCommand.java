package dev.sluice.testing.prove;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.testing.fault.FaultKind;
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
            + " network, rebalance, kafka, postgres, redis, clock, latency-spike (default: ${DEFAULT-VALUE})")
    private String scenario;

    @Option(names = "--brokers", defaultValue = "1", paramLabel = "N",
            description = "1, or 3 that keep three copies of each record; a fault of Kafka then hits one of them (default: ${DEFAULT-VALUE})")
    private int brokers;

    @Option(names = "--seed", paramLabel = "S", description = "decides events and faults; printed, so that a run can be repeated")
    private Long seed;

    @Option(names = "--handler", paramLabel = "NAME", description = "prove a handler of your own, see docs/guarantees.md"
            + " (default: " + Plan.LEDGER + "; for latency-spike " + Plan.STATE + ", which bears a higher rate)")
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
        if (brokers != 1 && brokers != 3) {
            throw new ParameterException(spec.commandLine(), "--brokers: " + brokers + " is not allowed; allowed: 1 or 3");
        }
        if (handler != null && !handler.matches("[a-z0-9]+(-[a-z0-9]+)*") || Plan.AUDIT.equals(handler)) {
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
        if (chosen == Scenario.CLOCK && !chosen.kinds().contains(FaultKind.JUMP_CLOCK)) {
            throw new ParameterException(spec.commandLine(), "--scenario clock needs libfaketime (Debian: apt-get install libfaketime)");
        }
        long number = Optional.ofNullable(seed).orElseGet(() -> ThreadLocalRandom.current().nextLong(1, 1_000_000_000));
        int wanted = chosen.kinds().isEmpty() ? 0 : faults;
        double rate = minutes != null ? events / (minutes * 60)
                : chosen == Scenario.LATENCY_SPIKE ? events / (double) LatencySpike.LEVEL.multipliedBy(LatencySpike.LEVELS).toSeconds()
                : Plan.rate(events, wanted);
        Path home = data.toAbsolutePath().normalize();
        return new Plan(number, events, chosen, chosen.kinds(), wanted, rate, NODES, brokers,
                Optional.ofNullable(handler).orElse(chosen == Scenario.LATENCY_SPIKE ? Plan.STATE : Plan.LEDGER), home.resolve("prove"), home.resolve("programs"));
    }
}
