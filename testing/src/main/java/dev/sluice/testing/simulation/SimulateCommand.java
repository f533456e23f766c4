package dev.sluice.testing.simulation;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * {@code ./sluice simulate}: the consumer and the router in a world of their own, where everything goes wrong in an order
 * that a seed decides. Exit status 0 only if every guarantee held.
 */
@Command(name = "simulate", mixinStandardHelpOptions = true,
        description = "Runs the consumer's and the router's own classes over simulated Kafka, PostgreSQL and processes, "
                + "with faults, in orders drawn from a seed, and checks every guarantee at each step.")
public final class SimulateCommand implements Callable<Integer> {

    private static final int SHRINKING_RUNS = 3_000;

    @Option(names = "--schedules", defaultValue = "10000", description = "how many (${DEFAULT-VALUE})")
    private long schedules;
    @Option(names = "--seed", description = "the first one's; drawn and printed when it is not given")
    private Long seed;
    @Option(names = "--plan", description = "one schedule again, with all that happens in it: 42 or '42/7 events=0,3 faults=1'")
    private String plan;
    @Option(names = "--threads", description = "that run schedules (as many as processors)")
    private int threads = Runtime.getRuntime().availableProcessors();
    @Option(names = "--json", description = "for programs")
    private boolean json;
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimulateCommand()).execute(arguments));
    }

    @Override
    public Integer call() {
        if (plan != null) {
            return again(parsed());
        }
        long first = seed == null ? ThreadLocalRandom.current().nextLong(1, 1_000_000_000) : seed;
        Product product = Product.asItIs();
        PrintWriter err = spec.commandLine().getErr();
        err.println("seed " + first);
        long began = System.nanoTime();
        Campaign.Outcome outcome = new Campaign(product, threads, done -> {
            if (!json) {
                err.printf("%d schedules, %d s%n", done, (System.nanoTime() - began) / 1_000_000_000);
                err.flush();
            }
        }).run(first, schedules);
        double seconds = (System.nanoTime() - began) / 1e9;
        String shrunk = outcome.broken() == null ? null
                : new Shrinker(product, SHRINKING_RUNS).shrink(outcome.broken(), outcome.how()).toString();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.printf("{\"seed\": %d, \"schedules\": %d, \"steps\": %d, \"seconds\": %.1f, \"broken\": %s, \"plan\": %s, "
                            + "\"counts\": {%s}}%n", first, outcome.schedules(), outcome.steps(), seconds,
                    outcome.how() == null ? null : quoted(outcome.how().message()), shrunk == null ? null : quoted(shrunk),
                    outcome.counts().entrySet().stream().map(each -> quoted(each.getKey()) + ": " + each.getValue())
                            .collect(Collectors.joining(", ")));
        } else {
            outcome.counts().forEach((what, times) -> out.printf("%10d  %s%n", times, what));
            out.printf("%d schedules, %d steps, %.1f s: %s%n", outcome.schedules(), outcome.steps(), seconds,
                    outcome.how() == null ? "every guarantee held" : "BROKEN with seed " + outcome.broken() + ": "
                            + outcome.how().message());
            if (shrunk != null) {
                out.printf("the smallest schedule found:  ./sluice simulate --plan '%s'%n", shrunk);
            }
        }
        out.flush();
        return outcome.broken() == null ? 0 : 1;
    }

    private Plan parsed() {
        try {
            return Plan.parse(plan);
        } catch (IllegalArgumentException wrong) {
            throw new CommandLine.ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    private int again(Plan one) {
        Result result = Product.asItIs().trace(one);
        PrintWriter out = spec.commandLine().getOut();
        out.println(result.shape());
        result.trace().forEach(out::println);
        if (result.cause() != null) {
            result.cause().printStackTrace(out);
        }
        out.println(result.held() ? "every guarantee held" : "BROKEN " + result.message());
        out.flush();
        return result.held() ? 0 : 1;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
