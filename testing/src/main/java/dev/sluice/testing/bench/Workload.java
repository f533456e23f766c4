package dev.sluice.testing.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Payment events as plain JSON, the same ones for the same settings: entities take turns at random, each counts its own
 * sequence, identities are random UUIDs, and every so many events an earlier one is sent again.
 *
 * @param events     different ones
 * @param entities   accounts that they belong to
 * @param partitions of the topic
 * @param size       of an event's JSON in bytes; below 280 its identity is short, and its entity's type is the key's
 * @param spread     how often each entity comes
 */
record Workload(int events, int entities, int partitions, int size, Spread spread) {

    /** Which entity is next. */
    enum Spread {
        /** Each as often as any other. */
        EVEN {
            @Override
            int next(SplittableRandom random, int entities) {
                return random.nextInt(entities);
            }
        },
        /** The k-th in proportion to 1/k, nearly: a logarithm that is evenly spread. */
        ZIPF {
            @Override
            int next(SplittableRandom random, int entities) {
                return (int) Math.min(entities - 1, Math.pow(entities, random.nextDouble()) - 1);
            }
        };

        abstract int next(SplittableRandom random, int entities);
    }

    /** One event in so many is sent twice: 0.5 %. */
    static final int REPEAT_EVERY = 200;
    /** How far behind its first copy the repeat comes. */
    private static final int REPEAT_DISTANCE = 100;
    private static final long SEED = 20260101;

    Workload {
        if (events < REPEAT_EVERY || entities < 1 || partitions < 1 || size < 100) {
            throw new IllegalArgumentException("a workload has at least " + REPEAT_EVERY
                    + " events, an entity, a partition, and 100 bytes an event; got " + events + ", " + entities + ", "
                    + partitions + " and " + size);
        }
    }

    Workload(int events, int entities, int partitions, int size) {
        this(events, entities, partitions, size, Spread.EVEN);
    }

    /** Receives records in the order of sending. */
    interface Sink {
        void send(byte[] key, byte[] value);
    }

    /** @return records sent, repeats included */
    int sendTo(Sink sink) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] sequences = new int[entities];
        byte[][] keys = new byte[REPEAT_DISTANCE][];
        byte[][] values = new byte[REPEAT_DISTANCE][];
        int sent = 0;
        for (int i = 0; i < events; i++) {
            int entity = spread.next(random, entities);
            int slot = i % REPEAT_DISTANCE;
            if (i >= REPEAT_DISTANCE && i % REPEAT_EVERY == 0) {
                sink.send(keys[slot], values[slot]);
                sent++;
            }
            keys[slot] = ("account:" + entity).getBytes(StandardCharsets.UTF_8);
            values[slot] = event(new UUID(random.nextLong(), random.nextLong()), entity, ++sequences[entity], size,
                    random.nextInt(1_000, 1_000_000));
            sink.send(keys[slot], values[slot]);
            sent++;
        }
        return sent;
    }

    /** @param cents amount of the payment */
    static byte[] event(UUID id, int entity, int sequence, int size, int cents) {
        String head = size < LONG ? shortHead(id, entity, sequence) : "{\"eventId\":\"" + id + "\",\"type\":\"payment.settled\",\"entityType\":\"account\",\"entityId\":\""
                + entity + "\",\"sequence\":" + sequence + ",\"data\":{\"user_id\":\"user-" + entity % 977
                + "\",\"amount\":\"" + cents / 100 + '.' + cents / 10 % 10 + cents % 10
                + "\",\"currency\":\"EUR\",\"status\":\"" + STATUSES[sequence % STATUSES.length] + "\",\"reference\":\"";
        byte[] event = new byte[size];
        Arrays.fill(event, (byte) 'x');
        byte[] start = head.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(start, 0, event, 0, start.length);
        System.arraycopy(END, 0, event, size - END.length, END.length);
        return event;
    }

    /** Without a reference, whose place padding takes: here the status is padded. */
    private static String shortHead(UUID id, int entity, int sequence) {
        return "{\"eventId\":\"" + Long.toHexString(id.getMostSignificantBits() & 0xFFFFFFFFFFFFL) + "\",\"type\":\"p\",\"entityId\":\""
                + entity + "\",\"sequence\":" + sequence + ",\"data\":{\"status\":\"" + STATUSES[sequence % STATUSES.length].charAt(0);
    }

    /** From here on an event has all of its fields. */
    private static final int LONG = 280;
    private static final String[] STATUSES = {"authorised", "captured", "settled", "refunded"};
    private static final byte[] END = "\"}}".getBytes(StandardCharsets.UTF_8);
}
