package dev.sluice.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

import java.io.IOException;

/** Hands a record over as it is within a node, and as JSON between nodes (length first; bytes as base64). */
final class RecordCodec<T> implements MessageCodec<T, T> {

    private final Class<T> type;
    private final ObjectMapper json;

    RecordCodec(Class<T> type, ObjectMapper json) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type + " is no record: what crosses the bus must be immutable");
        }
        this.type = type;
        this.json = json;
    }

    /** Unknown fields are ignored, so that nodes of two neighbouring versions understand each other. */
    static ObjectMapper wireFormat() {
        return JsonMapper.builder().addModules(new Jdk8Module(), new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    }

    @Override
    public void encodeToWire(Buffer wire, T message) {
        try {
            byte[] bytes = json.writeValueAsBytes(message);
            wire.appendInt(bytes.length).appendBytes(bytes);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(name() + " can't be written: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public T decodeFromWire(int position, Buffer wire) {
        int start = position + Integer.BYTES;
        try {
            return json.readValue(wire.getBytes(start, start + wire.getInt(position)), type);
        } catch (IOException e) {
            throw new IllegalStateException(name() + " from another node can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return type.getName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
