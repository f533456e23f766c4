package dev.sluice.gateway;

import dev.sluice.config.InvalidSetting;

import java.util.List;
import java.util.Set;

/**
 * Who may publish what.
 *
 * @param keys            SHA-256 of each API key that is valid at the moment, as {@code sha256:} and 64 hexadecimal digits
 * @param topics          that it may publish to; empty: all
 * @param sources         that its CloudEvents may have, so that nobody can suppress another's event; empty: any
 * @param eventsPerSecond its quota in each gateway instance; 0: none
 */
record Client(String name, List<String> keys, Set<String> topics, Set<String> sources, double eventsPerSecond) {

    /** Everybody, where no clients are told apart. */
    static final Client ANONYMOUS = new Client("anonymous", List.of(), Set.of(), Set.of(), 0);

    Client {
        InvalidSetting.unless(name != null && name.matches("[A-Za-z0-9._-]{1,64}"), "name", name,
                "1 to 64 letters, digits, '.', '_' and '-'");
        keys = keys == null ? List.of() : List.copyOf(keys);
        topics = topics == null ? Set.of() : Set.copyOf(topics);
        sources = sources == null ? Set.of() : Set.copyOf(sources);
        InvalidSetting.unless(keys.stream().allMatch(key -> key.matches("sha256:[0-9a-f]{64}")), "keys", "(of " + name + ")",
                "sha256: and 64 hexadecimal digits; ./sluice api-key makes one");
        InvalidSetting.unless(eventsPerSecond >= 0, "events-per-second", eventsPerSecond, "0 or more");
    }

    boolean mayPublishTo(String topic) {
        return topics.isEmpty() || topics.contains(topic);
    }

    /** @param source of an event; that of plain events, {@code /clients/{name}}, is always its own */
    boolean mayUse(String source) {
        return sources.isEmpty() || sources.contains(source) || source.equals("/clients/" + name);
    }
}
