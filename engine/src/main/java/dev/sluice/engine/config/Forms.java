package dev.sluice.engine.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.sluice.config.ByteSize;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How values are written: durations (35s), sizes (1MiB), constants in lower case with hyphens (latest-wins). */
final class Forms {

    private Forms() {
    }

    /** Binds kebab-case keys to records; a key that no record has is an error. */
    static ObjectMapper mapper() {
        SimpleModule forms = new SimpleModule("forms");
        forms.setDeserializers(new Constants());
        forms.addDeserializer(Duration.class, new Text<>(Duration.class, DurationText::parse));
        forms.addDeserializer(ByteSize.class, new Text<>(ByteSize.class, ByteSize::parse));
        return JsonMapper.builder().addModules(new Jdk8Module(), forms)
                .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
                .build();
    }

    /** A value whose text has a form of its own. */
    private static final class Text<T> extends StdDeserializer<T> {

        private static final long serialVersionUID = 1L;
        private final transient Function<String, T> form;

        Text(Class<T> type, Function<String, T> form) {
            super(type);
            this.form = form;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            String text = json.getValueAsString();
            if (text == null) {
                return handledType().cast(context.handleUnexpectedToken(handledType(), json));
            }
            try {
                return form.apply(text);
            } catch (IllegalArgumentException e) {
                throw context.weirdStringException(text, handledType(), e.getMessage());
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public Class<T> handledType() {
            return (Class<T>) super.handledType();
        }
    }

    /** Enums by kebab-case names, but for those that say themselves how they are read. */
    private static final class Constants extends SimpleDeserializers {

        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> findEnumDeserializer(Class<?> type, DeserializationConfig config, BeanDescription bean) {
            boolean ownReader = Arrays.stream(type.getDeclaredMethods())
                    .anyMatch(method -> method.isAnnotationPresent(JsonCreator.class));
            if (ownReader) {
                return null;
            }
            Map<String, Object> constants = Arrays.stream(type.getEnumConstants())
                    .collect(Collectors.toMap(Forms::kebab, constant -> constant, (a, b) -> a, LinkedHashMap::new));
            return new Text<Object>(Object.class, text -> {
                Object constant = constants.get(text.toLowerCase(Locale.ROOT).replace('_', '-'));
                if (constant == null) {
                    throw new IllegalArgumentException("allowed: " + String.join(", ", constants.keySet()));
                }
                return constant;
            });
        }
    }

    private static String kebab(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
