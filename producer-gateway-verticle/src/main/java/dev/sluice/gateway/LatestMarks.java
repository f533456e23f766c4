package dev.sluice.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.LongSupplier;

/**
 * The marks of the latest identities that were published: half of what it may hold at least, and none that is too old. In two
 * generations, the older of which goes when the younger has its half: a cache that goes by how often an entry was asked for
 * keeps the oldest of a stream in which each comes once, and of the latest a hundredth. In arrays of numbers, 60 bytes for one
 * in place of 270: objects that live for seconds are all copied by the collector. Any thread.
 */
final class LatestMarks {

    /** 128 bits of SHA-256: nobody finds a second key for one. */
    record Name(long high, long low) {
        static Name of(String key) {
            return of(Sha256.ofThread().digest(key.getBytes(StandardCharsets.UTF_8)));
        }

        private static Name of(byte[] bits) {
            ByteBuffer halves = ByteBuffer.wrap(bits);
            return new Name(halves.getLong(), halves.getLong());
        }
    }

    private final int half;
    private final long ageNanos;
    private final LongSupplier nanos;
    private Generation younger;
    private Generation older;

    /** @param most at most so many, 2 at least @param age of a mark @param nanos {@link System#nanoTime}, or a test's */
    LatestMarks(int most, Duration age, LongSupplier nanos) {
        this.half = Math.max(1, most / 2);
        this.ageNanos = age.toNanos();
        this.nanos = nanos;
        this.younger = new Generation(nanos.getAsLong());
        this.older = new Generation(nanos.getAsLong());
    }

    /** Null when it is not known. */
    synchronized Mark.Published of(Name name) {
        Generation generation = younger.find(name) >= 0 ? younger : older;
        int place = generation.find(name);
        return place >= 0 && nanos.getAsLong() - generation.since(place) < ageNanos ? generation.mark(place) : null;
    }

    /** Nothing is remembered of a mark whose hash is none of {@link BodyHash}. */
    synchronized void add(Name name, Mark.Published mark) {
        byte[] hash = bitsOf(mark.hash());
        if (hash.length == BodyHash.BYTES) {
            long now = nanos.getAsLong();
            if (younger.size >= half || now - younger.begun >= ageNanos) {
                Generation oldest = older;
                older = younger;
                younger = oldest;
                younger.clear(now);
            }
            younger.put(name, Name.of(hash), mark, now);
        }
    }

    private static byte[] bitsOf(String hash) {
        try {
            return Base64.getUrlDecoder().decode(hash);
        } catch (IllegalArgumentException notOurs) {
            return new byte[0];
        }
    }

    synchronized int size() {
        return younger.size + older.size;
    }

    /** Grows only; emptied as a whole. */
    private static final class Generation {

        private static final int HIGH = 0;
        private static final int LOW = 1;
        private static final int HASH_HIGH = 2;
        private static final int HASH_LOW = 3;
        private static final int OFFSET = 4;
        private static final int SINCE = 5;
        private static final int FIELDS = 6;

        private long begun;
        private int size;
        private long[] fields = new long[64 * FIELDS];
        private int[] partitions = new int[64];
        /** Twice as long as there is room: places, plus one, where a name's bits lead or as soon behind as was free; 0 is free. */
        private int[] table = new int[128];

        private Generation(long begun) {
            this.begun = begun;
        }

        private void clear(long now) {
            begun = now;
            size = 0;
            Arrays.fill(table, 0);
        }

        /** @return its place, or -1 */
        private int find(Name name) {
            return table[slotOf(name.high, name.low)] - 1;
        }

        private long since(int place) {
            return fields[place * FIELDS + SINCE];
        }

        private Mark.Published mark(int place) {
            int at = place * FIELDS;
            byte[] hash = ByteBuffer.allocate(BodyHash.BYTES).putLong(fields[at + HASH_HIGH]).putLong(fields[at + HASH_LOW]).array();
            return new Mark.Published(partitions[place], fields[at + OFFSET], BodyHash.text(hash));
        }

        private void put(Name name, Name hash, Mark.Published mark, long now) {
            int place = find(name);
            if (place < 0) {
                if (size == partitions.length) {
                    grow();
                }
                place = size++;
                table[slotOf(name.high, name.low)] = place + 1;
            }
            int at = place * FIELDS;
            fields[at + HIGH] = name.high;
            fields[at + LOW] = name.low;
            fields[at + HASH_HIGH] = hash.high;
            fields[at + HASH_LOW] = hash.low;
            fields[at + OFFSET] = mark.offset();
            fields[at + SINCE] = now;
            partitions[place] = mark.partition();
        }

        /** Where it stands, or the free one where it would. */
        private int slotOf(long high, long low) {
            int slot = (int) low & table.length - 1;
            while (table[slot] != 0 && (fields[(table[slot] - 1) * FIELDS + HIGH] != high
                    || fields[(table[slot] - 1) * FIELDS + LOW] != low)) {
                slot = slot + 1 & table.length - 1;
            }
            return slot;
        }

        private void grow() {
            fields = Arrays.copyOf(fields, fields.length * 2);
            partitions = Arrays.copyOf(partitions, partitions.length * 2);
            table = new int[table.length * 2];
            for (int place = 0; place < size; place++) {
                table[slotOf(fields[place * FIELDS + HIGH], fields[place * FIELDS + LOW])] = place + 1;
            }
        }
    }
}
