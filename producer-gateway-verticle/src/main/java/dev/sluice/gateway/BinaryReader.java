package dev.sluice.gateway;

import io.vertx.core.MultiMap;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads a CloudEvent in HTTP's binary mode: {@code ce-*} headers, and the body as its data. Stateless. */
final class BinaryReader {

    private static final String PREFIX = "ce-";

    private BinaryReader() {
    }

    static boolean isBinary(MultiMap headers) {
        return headers.contains("ce-specversion") || headers.contains("ce-id") || headers.contains("ce-type");
    }

    /** @param contentType of the body; null when none was sent */
    static Reading read(MultiMap headers, String contentType, byte[] body) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                String attribute = name.substring(PREFIX.length());
                String value = decoded(header.getValue());
                if (value == null) {
                    return Reading.refused(new Problem.AttributeInvalid(attribute, "percent-encoded UTF-8"));
                }
                if (attributes.put(attribute, value) != null) {
                    return Reading.refused(new Problem.AttributeInvalid(attribute, "given once"));
                }
            }
        }
        attributes.remove("datacontenttype");
        Problem fault = Attributes.faultOf(attributes);
        if (fault == null && contentType != null && !MediaType.isPlausible(contentType)) {
            fault = new Problem.AttributeInvalid("datacontenttype", "a media type such as application/json");
        }
        if (fault == null && body.length > 0 && MediaType.isJson(contentType)) {
            fault = JsonText.faultOf(body);
        }
        return fault != null ? Reading.refused(fault)
                : new Reading.Valid(new IncomingEvent(attributes, contentType, body.length == 0 ? null : body, true));
    }

    /** What the CloudEvents HTTP binding wrote with {@code %}; null when that is no UTF-8. */
    private static String decoded(String value) {
        if (value.indexOf('%') < 0 && value.chars().allMatch(c -> c < 0x80)) {
            return value;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                int high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(value.charAt(i + 2), 16);
                if (low < 0) {
                    return null;
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] text = bytes.toByteArray();
        return Utf8.firstFault(text, 0, text.length) < 0 ? new String(text, StandardCharsets.UTF_8) : null;
    }
}
