package dev.sluice.gateway;

import java.time.Duration;
import java.util.Locale;

/** Why something was not accepted, as RFC 9457 has it. Codes are for programs and stay as they are. */
sealed interface Problem {

    int status();

    String code();

    /** The same for every problem of this code. */
    String title();

    /** This very case, for people. */
    String detail();

    /** It gets a {@code Retry-After}: the same request may succeed later, and is safe to repeat. */
    default boolean passing() {
        return status() == 503 || status() == 429;
    }

    /** How long to wait before the repetition, where {@link #passing}. */
    default Duration retryAfter() {
        return Duration.ofSeconds(1);
    }

    /** A URN, since nothing need be fetched to understand it. */
    default String type() {
        return "urn:sluice:problem:" + code().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    record Malformed(String detail) implements Problem {
        public int status() { return 400; }
        public String code() { return "MALFORMED"; }
        public String title() { return "The request can't be read"; }
    }

    record AttributeMissing(String attribute) implements Problem {
        public int status() { return 400; }
        public String code() { return "ATTRIBUTE_MISSING"; }
        public String title() { return "A required attribute is missing"; }
        public String detail() { return "the attribute '" + attribute + "' is missing or empty"; }
    }

    record AttributeInvalid(String attribute, String allowed) implements Problem {
        public int status() { return 400; }
        public String code() { return "ATTRIBUTE_INVALID"; }
        public String title() { return "An attribute has a value that is not allowed"; }
        public String detail() { return "the attribute '" + clipped(attribute) + "' must be " + allowed; }
    }

    record Unauthenticated() implements Problem {
        public int status() { return 401; }
        public String code() { return "UNAUTHENTICATED"; }
        public String title() { return "The caller is not known"; }
        public String detail() { return "an API key (Authorization: Bearer KEY) or a client certificate is needed"; }
    }

    record TopicForbidden(String client, String topic) implements Problem {
        public int status() { return 403; }
        public String code() { return "TOPIC_FORBIDDEN"; }
        public String title() { return "The client may not publish to this topic"; }
        public String detail() { return "client '" + client + "' may not publish to '" + topic + "'"; }
    }

    record SourceForbidden(String client, String source) implements Problem {
        public int status() { return 403; }
        public String code() { return "SOURCE_FORBIDDEN"; }
        public String title() { return "The client may not use this source"; }
        public String detail() { return "client '" + client + "' may not send events of source '" + clipped(source) + "'"; }
    }

    record QuotaExceeded(Duration retryAfter) implements Problem {
        public int status() { return 429; }
        public String code() { return "QUOTA_EXCEEDED"; }
        public String title() { return "The client's quota is used up"; }
        public String detail() { return "not published; repeat it after " + Math.max(1, retryAfter.toSeconds()) + " s, with the same identity"; }
    }

    record NoSuchPath() implements Problem {
        public int status() { return 404; }
        public String code() { return "NOT_FOUND"; }
        public String title() { return "Nothing is served at this path"; }
        public String detail() { return "events are taken at /v1/events and /v1/topics/{topic}/events; see /openapi.json"; }
    }

    record UnknownTopic(String topic) implements Problem {
        public int status() { return 404; }
        public String code() { return "TOPIC_UNKNOWN"; }
        public String title() { return "The topic is not declared"; }
        public String detail() { return "no topic '" + clipped(topic) + "' is declared here"; }
    }

    record MethodNotAllowed(String allow) implements Problem {
        public int status() { return 405; }
        public String code() { return "METHOD_NOT_ALLOWED"; }
        public String title() { return "The method is not supported here"; }
        public String detail() { return "supported: " + allow; }
    }

    record BodyTooSlow(Duration limit) implements Problem {
        public int status() { return 408; }
        public String code() { return "BODY_TIMEOUT"; }
        public String title() { return "The body did not arrive in time"; }
        public String detail() { return "it was not complete after " + limit.toMillis() + " ms"; }
    }

    record IdentityReused() implements Problem {
        public int status() { return 409; }
        public String code() { return "IDENTITY_REUSED"; }
        public String title() { return "The identity belongs to another event"; }
        public String detail() { return "an event with this identity and another body was posted before"; }
    }

    record TooLarge(String what, long limit) implements Problem {
        public int status() { return 413; }
        public String code() { return "TOO_LARGE"; }
        public String title() { return "The event is too large"; }
        public String detail() { return what + " is larger than " + limit + " bytes"; }
    }

    record UnsupportedMediaType(String mediaType) implements Problem {
        public int status() { return 415; }
        public String code() { return "MEDIA_TYPE_UNSUPPORTED"; }
        public String title() { return "The content type is not supported"; }
        public String detail() {
            return "'" + clipped(mediaType) + "' is not supported; supported: application/cloudevents+json,"
                    + " application/cloudevents-batch+json, application/x-ndjson, application/json, all in UTF-8,"
                    + " or any with ce-* headers";
        }
    }

    record UnsupportedEncoding(String encoding) implements Problem {
        public int status() { return 415; }
        public String code() { return "ENCODING_UNSUPPORTED"; }
        public String title() { return "The content encoding is not supported"; }
        public String detail() { return "'" + clipped(encoding) + "' is not supported; supported: gzip, identity"; }
    }

    /** @param pointer into the event's data, as RFC 6901 has it; empty: the whole */
    record SchemaViolated(String pointer, String reason) implements Problem {
        public int status() { return 422; }
        public String code() { return "SCHEMA_VIOLATED"; }
        public String title() { return "The event's data does not match its schema"; }
        public String detail() { return (pointer.isEmpty() ? "data" : "data at " + pointer) + ": " + reason; }
    }

    record BatchRefused(boolean mayPassLater) implements Problem {
        public int status() { return mayPassLater ? 503 : 424; }
        public String code() { return "BATCH_REFUSED"; }
        public String title() { return "Another event of the all-or-nothing batch failed"; }
        public String detail() { return "not published; none of the batch is"; }
    }

    record Throttled(Duration retryAfter) implements Problem {
        public int status() { return 429; }
        public String code() { return "PRODUCER_THROTTLED"; }
        public String title() { return "The consumers are pressed"; }
        public String detail() { return "not published; repeat it after " + retryAfter.toSeconds() + " s, with the same identity"; }
    }

    record PublishFailed(String reason) implements Problem {
        public int status() { return 503; }
        public String code() { return "PUBLISH_FAILED"; }
        public String title() { return "Kafka has not acknowledged the event"; }
        public String detail() { return "it may or may not be published (" + reason + "); repeat it with the same identity"; }
    }

    record PrecedingFailed() implements Problem {
        public int status() { return 503; }
        public String code() { return "PRECEDING_FAILED"; }
        public String title() { return "An earlier event of the same entity could not be published"; }
        public String detail() { return "to keep the entity's order, repeat it after the earlier one, with the same identity"; }
    }

    record InProgress() implements Problem {
        public int status() { return 503; }
        public String code() { return "IN_PROGRESS"; }
        public String title() { return "The same event is being published elsewhere"; }
        public String detail() { return "its outcome is not known yet; repeat it with the same identity"; }
    }

    record KafkaAway(Duration retryAfter) implements Problem {
        public int status() { return 503; }
        public String code() { return "KAFKA_UNAVAILABLE"; }
        public String title() { return "Kafka does not answer"; }
        public String detail() { return "not published; repeat it with the same identity"; }
    }

    record Overloaded() implements Problem {
        public int status() { return 503; }
        public String code() { return "OVERLOADED"; }
        public String title() { return "Too much is under way"; }
        public String detail() { return "not published; repeat it with the same identity"; }
    }

    record Stopping() implements Problem {
        public int status() { return 503; }
        public String code() { return "STOPPING"; }
        public String title() { return "The gateway is stopping"; }
        public String detail() { return "not published; repeat it elsewhere or later, with the same identity"; }
    }

    private static String clipped(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }
}
