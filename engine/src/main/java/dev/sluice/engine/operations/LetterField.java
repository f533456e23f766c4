package dev.sluice.engine.operations;

import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.config.InvalidSetting;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What dead letters are filtered by: query parameter, key in a decision's filter and option of the command line in one.
 * In the order of {@link Filter}'s components.
 */
public enum LetterField {

    TOPIC("the original topic", "a text without NUL", LetterField::isText),
    TYPE("the event's type", "a text without NUL", LetterField::isText),
    CLASS("TRANSIENT, PERMANENT, POISON, EXPIRED or BLOCKED_BY", "TRANSIENT, PERMANENT, POISON, EXPIRED or BLOCKED_BY",
            Set.of("TRANSIENT", "PERMANENT", "POISON", "EXPIRED", "BLOCKED_BY")::contains),
    TEXT("a part of the error message", "a text without NUL", LetterField::isText),
    ENTITY("type:id", "a text without NUL", LetterField::isText),
    GROUP("the group that failed", "a text without NUL", LetterField::isText),
    FROM("failed at or after, such as 2026-01-31T08:00:00Z", "a time such as 2026-01-31T08:00:00Z", LetterField::isTime),
    TO("failed before", "a time such as 2026-01-31T08:00:00Z", LetterField::isTime),
    STATE("open, replayed or discarded", "open, replayed or discarded", Set.of("open", "replayed", "discarded")::contains);

    private static final int LAST_YEAR = 9_999;
    private static final String ID = "[A-Za-z0-9._-]+-[0-9]{1,9}-[0-9]{1,18}";

    private final String description;
    private final String allowed;
    private final Predicate<String> check;

    LetterField(String description, String allowed, Predicate<String> check) {
        this.description = description;
        this.allowed = allowed;
        this.check = check;
    }

    /** Its name everywhere outside. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public String description() {
        return description;
    }

    static Set<String> labels() {
        return Arrays.stream(values()).map(LetterField::label).collect(Collectors.toSet());
    }

    /**
     * @param ids   these only; null for any
     * @param given by label; null for what is not given
     * @throws InvalidSetting that says which value is wrong and what is allowed
     */
    static Filter filter(List<String> ids, UnaryOperator<String> given) {
        if (ids != null) {
            ids.forEach(id -> InvalidSetting.unless(id != null && id.matches(ID), "id", id,
                    "topic, partition and offset as list prints them, such as dlq.errors-0-17"));
        }
        String[] values = Arrays.stream(values()).map(field -> field.checked(given.apply(field.label()))).toArray(String[]::new);
        return new Filter(ids, values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7],
                values[8]);
    }

    private String checked(String value) {
        InvalidSetting.unless(value == null || check.test(value), label(), value, allowed);
        return value;
    }

    private static boolean isText(String value) {
        return value.indexOf('\0') < 0;
    }

    private static boolean isTime(String value) {
        try {
            int year = OffsetDateTime.parse(value).getYear();
            return year >= 1 && year <= LAST_YEAR;
        } catch (DateTimeException none) {
            return false;
        }
    }
}
