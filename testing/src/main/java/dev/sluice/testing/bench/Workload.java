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
 * @param size       of an event's JSON in bytes
 */
record Workload(int events, int entities, int partitions, int size) {

    /** One event in so many is sent twice: 0.5 %. */
    static final int REPEAT_EVERY = 200;
    /** How far behind its first copy the repeat comes. */
    private static final int REPEAT_DISTANCE = 100;
    private static final long SEED = 20260101;

    Workload {
        if (events < REPEAT_EVERY || entities < 1 || partitions < 1 || size < 280) {
            throw new IllegalArgumentException("a workload has at least " + REPEAT_EVERY
                    + " events, an entity, a partition, and 280 bytes an event; got " + events + ", " + entities + ", "
                    + partitions + " and " + size);
        }
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
            int entity = random.nextInt(entities);
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
        String head = "{\"eventId\":\"" + id + "\",\"type\":\"payment.settled\",\"entityType\":\"account\",\"entityId\":\""
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

    private static final String[] STATUSES = {"authorised", "captured", "settled", "refunded"};
    private static final byte[] END = "\"}}".getBytes(StandardCharsets.UTF_8);
}
