package dev.sluice.consumer;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

class SettledUuidsPropertyTest {

    /** The highest bits decide where one stands, so few of them make many meet. */
    private static String uuid(int number) {
        return new UUID((long) (number % 7) << 60, number).toString();
    }

    @Property(tries = 300)
    void shouldHoldWhatAMapHolds(@ForAll @Size(max = 600) List<@IntRange(min = -150, max = 400) Integer> steps) {
        SettledUuids uuids = new SettledUuids();
        Map<String, Long> expected = new LinkedHashMap<>();
        long now = 0;
        for (int step : steps) {
            if (step > 0) {
                now++;
                assertThat(uuids.read(uuid(step))).isTrue();
                uuids.add(now);
                expected.putIfAbsent(uuid(step), now);
            } else if (!expected.isEmpty()) {
                Iterator<Long> oldest = expected.values().iterator();
                assertThat(uuids.oldest()).isEqualTo(oldest.next());
                oldest.remove();
                uuids.removeOldest();
            }
            assertThat(uuids.size()).isEqualTo(expected.size());
        }
        for (int number = 1; number <= 400; number++) {
            uuids.read(uuid(number));
            assertThat(uuids.isThere()).isEqualTo(expected.containsKey(uuid(number)));
            if (uuids.isThere()) {
                assertThat(uuids.came()).isEqualTo(expected.get(uuid(number)));
            }
        }
    }

    @Property(tries = 500)
    void shouldReadWhatItsBitsGiveBackAndNothingElse(@ForAll long high, @ForAll long low, @ForAll int seed) {
        SettledUuids uuids = new SettledUuids();
        String text = new UUID(high, low).toString();
        assertThat(uuids.read(text)).isEqualTo((high | low) != 0);

        int place = new Random(seed).nextInt(text.length());
        String other = text.substring(0, place) + "gA- \u0130".charAt(Math.floorMod(seed, 5)) + text.substring(place + 1);
        assertThat(uuids.read(other)).isEqualTo(other.equals(text) && (high | low) != 0);
        assertThat(uuids.read(text + "0")).isFalse();
        assertThat(uuids.read(text.substring(1))).isFalse();
    }
}
