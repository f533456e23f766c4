package dev.sluice.gateway;

import dev.sluice.event.Sequences;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/** What every event's attributes must satisfy, whatever way they came. Stateless. */
final class Attributes {

    /** An identity is a key in PostgreSQL, whose index takes 2,700 bytes. */
    private static final int MAX_IDENTITY = 2_000;
    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");

    private Attributes() {
    }

    /** @return the first thing wrong, or null */
    static Problem faultOf(Map<String, String> attributes) {
        for (String name : REQUIRED) {
            String value = attributes.get(name);
            if (value == null || value.isEmpty()) {
                return new Problem.AttributeMissing(name);
            }
        }
        if (!attributes.get("specversion").equals("1.0")) {
            return new Problem.AttributeInvalid("specversion", "1.0");
        }
        long size = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            Problem fault = faultOf(attribute.getKey(), attribute.getValue());
            if (fault != null) {
                return fault;
            }
            size += attribute.getKey().length() + bytes(attribute.getValue());
        }
        if (size > GatewaySettings.MAX_ATTRIBUTES_SIZE) {
            return new Problem.TooLarge("the attributes together", GatewaySettings.MAX_ATTRIBUTES_SIZE);
        }
        return bytes(attributes.get("source")) + bytes(attributes.get("id")) <= MAX_IDENTITY ? null
                : new Problem.AttributeInvalid("id", "together with source no longer than " + MAX_IDENTITY + " bytes");
    }

    private static Problem faultOf(String name, String value) {
        if (!isName(name)) {
            return new Problem.AttributeInvalid(name, "named with lower-case letters and digits only");
        }
        if (value.isEmpty()) {
            return new Problem.AttributeInvalid(name, "left out or not empty");
        }
        if (!isPlainText(value)) {
            return new Problem.AttributeInvalid(name, "free of control characters and lone surrogates");
        }
        return switch (name) {
            case "source" -> value.indexOf(' ') < 0 ? null
                    : new Problem.AttributeInvalid(name, "a URI reference, which has no spaces");
            case "sequence" -> Sequences.parse(value).isPresent() ? null
                    : new Problem.AttributeInvalid(name, "a whole decimal number from 0 to 9223372036854775807");
            case "time" -> isTime(value) ? null : new Problem.AttributeInvalid(name, "a time as in RFC 3339");
            default -> null;
        };
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isPlainText(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c >= 0x7F && c < 0xA0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                i++;
                if (i == value.length() || !Character.isSurrogatePair(c, value.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException notRfc3339) {
            return false;
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
