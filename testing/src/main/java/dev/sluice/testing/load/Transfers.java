package dev.sluice.testing.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.testing.guarantee.Production;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Money that moves between accounts, made whole from a seed: event n takes from one account and gives to another. Its
 * entity is the account that it takes from, its sequence the account's own count from 1. One in a thousand is no
 * transfer (both accounts are the same): a ledger must refuse it for good. With bodies of somebody else's the accounts and
 * their sequences stay, each event carries the next of the bodies, and none is to be refused. Pure.
 */
public final class Transfers implements Production {

    private static final int DOOMED_ONE_IN = 1_000;
    private static final int EVENTS_PER_ACCOUNT = 100;
    private static final String ACCOUNT = "a";

    private final String source;
    private final int accounts;
    private final int[] from;
    private final int[] to;
    private final int[] sequence;
    private final int[] cents;
    /** What stands in for a transfer: {@code "type":...,"data":...}; empty for transfers. */
    private final List<String> bodies;

    public Transfers(long seed, int events) {
        this(seed, events, List.of());
    }

    /** @param bodies JSON objects with {@code type} and {@code data} */
    public Transfers(long seed, int events, List<ObjectNode> bodies) {
        Random random = new Random(seed);
        accounts = Math.max(16, events / EVENTS_PER_ACCOUNT);
        int[] last = new int[accounts];
        source = "/prove/" + seed;
        from = new int[events];
        to = new int[events];
        sequence = new int[events];
        cents = new int[events];
        this.bodies = bodies.stream().map(body -> "\"type\":" + body.path("type") + ",\"data\":" + body.path("data")).toList();
        for (int n = 0; n < events; n++) {
            from[n] = random.nextInt(accounts);
            boolean doomed = random.nextInt(DOOMED_ONE_IN) == 0 && bodies.isEmpty();
            to[n] = doomed ? from[n] : (from[n] + 1 + random.nextInt(accounts - 1)) % accounts;
            sequence[n] = ++last[from[n]];
            cents[n] = 1 + random.nextInt(100_000);
        }
    }

    @Override
    public int events() {
        return from.length;
    }

    @Override
    public String identity(int n) {
        return source + " " + n;
    }

    @Override
    public OptionalInt numberOf(String identity) {
        if (!identity.startsWith(source + " ")) {
            return OptionalInt.empty();
        }
        String number = identity.substring(source.length() + 1);
        return number.matches("[0-9]{1,9}") && Integer.parseInt(number) < from.length
                ? OptionalInt.of(Integer.parseInt(number)) : OptionalInt.empty();
    }

    @Override
    public boolean doomed(int n) {
        return from[n] == to[n];
    }

    /** The account's number decides which sender takes it, so that an account's events have one way. */
    public int account(int n) {
        return from[n];
    }

    public String accountName(int account) {
        return ACCOUNT + account;
    }

    /** As a CloudEvent, without a line break. */
    public byte[] json(int n) {
        String entity = "account:" + accountName(from[n]);
        return ("{\"specversion\":\"1.0\",\"id\":\"" + n + "\",\"source\":\"" + source + "\",\"subject\":\"" + entity
                + "\",\"partitionkey\":\"" + entity + "\",\"sequence\":\"" + sequence[n] + "\"," + body(n) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private String body(int n) {
        return bodies.isEmpty() ? "\"type\":\"transfer\",\"data\":{\"from\":\"" + accountName(from[n]) + "\",\"to\":\""
                + accountName(to[n]) + "\",\"amount\":\"" + cents[n] / 100 + "." + cents[n] / 10 % 10 + cents[n] % 10 + "\"}"
                : bodies.get(n % bodies.size());
    }

    /** What each account holds, in cents, after each event has been applied as often as it says. */
    public long[] balances(int[] times) {
        long[] balances = new long[accounts];
        for (int n = 0; n < from.length; n++) {
            balances[from[n]] -= (long) cents[n] * times[n];
            balances[to[n]] += (long) cents[n] * times[n];
        }
        return balances;
    }
}
