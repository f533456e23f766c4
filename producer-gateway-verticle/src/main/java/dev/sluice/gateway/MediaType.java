package dev.sluice.gateway;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Content types, without their parameters. */
final class MediaType {

    static final String JSON = "application/json";
    static final String CLOUDEVENT = "application/cloudevents+json";
    static final String CLOUDEVENTS_BATCH = "application/cloudevents-batch+json";
    static final String NDJSON = "application/x-ndjson";
    static final String PROBLEM = "application/problem+json";

    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([^\";\\s]*)");

    private MediaType() {
    }

    /** @return lower case, without parameters; empty for null */
    static String of(String contentType) {
        if (contentType == null) {
            return "";
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }

    static boolean isJson(String contentType) {
        String type = of(contentType);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /** False: it names a character set that JSON doesn't have. */
    static boolean isUtf8(String contentType) {
        Matcher charset = CHARSET.matcher(contentType == null ? "" : contentType);
        return !charset.find() || charset.group(1).equalsIgnoreCase("utf-8") || charset.group(1).equalsIgnoreCase("us-ascii");
    }

    /** A type and a subtype in printable ASCII: enough for a header that others will read. */
    static boolean isPlausible(String contentType) {
        return contentType.length() <= 256 && of(contentType).indexOf('/') > 0
                && contentType.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
    }
}
