package dev.sluice.engine.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.api.RoutingKey;

import java.io.IOException;

/** Whose event a line is, read without building a tree. */
final class EntityOf {

    private static final JsonFactory JSON = new JsonFactory();

    private EntityOf() {
    }

    /** {@code partitionkey}, else {@code subject}, else {@code entityType:entityId}; null when none is there. */
    static String line(byte[] json) {
        String partitionKey = null;
        String subject = null;
        String type = null;
        String id = null;
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean scalar = parser.nextToken().isScalarValue();
                if (!scalar) {
                    parser.skipChildren();
                    continue;
                }
                switch (name) {
                    case "partitionkey" -> partitionKey = parser.getText();
                    case "subject" -> subject = parser.getText();
                    case "entityType" -> type = parser.getText();
                    case "entityId" -> id = parser.getText();
                    default -> { }
                }
            }
        } catch (IOException e) {
            return null;
        }
        if (partitionKey != null || subject != null) {
            return partitionKey != null ? partitionKey : subject;
        }
        boolean named = type != null && !type.isEmpty() && id != null && !id.isEmpty();
        return named ? new RoutingKey(type, id).text() : null;
    }
}
