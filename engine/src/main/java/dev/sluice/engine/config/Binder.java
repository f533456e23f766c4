package dev.sluice.engine.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.sluice.config.InvalidSetting;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Turns the merged tree into records; what goes wrong is told in the terms of whoever wrote the setting. */
final class Binder {

    private static final ObjectMapper MAPPER = Forms.mapper();

    private final Layer settings;

    Binder(Layer settings) {
        this.settings = settings;
    }

    <T> T bind(Class<T> type) {
        try {
            return MAPPER.treeToValue(settings.tree(), type);
        } catch (UnrecognizedPropertyException e) {
            List<String> known = e.getKnownPropertyIds().stream().map(String::valueOf).toList();
            throw new ConfigurationError(at(path(e)) + "unknown key '" + path(e) + "'"
                    + DidYouMean.hint(e.getPropertyName(), known));
        } catch (JsonMappingException e) {
            throw explained(e);
        } catch (JsonProcessingException e) {
            throw new ConfigurationError(e.getOriginalMessage());
        }
    }

    private ConfigurationError explained(JsonMappingException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSetting refusal) {
                String key = refusal.getMessage().replaceFirst("(?s): '.*", "");
                return new ConfigurationError(at(key) + refusal.getMessage());
            }
            if (cause instanceof IllegalArgumentException refusal) {
                return new ConfigurationError(at(path(e)) + path(e) + ": " + refusal.getMessage());
            }
        }
        String message = e instanceof InvalidFormatException format ? wrongForm(format)
                : e instanceof MismatchedInputException mismatch ? "a value of this kind is not allowed; allowed: "
                        + allowed(mismatch.getTargetType())
                : e.getOriginalMessage();
        return new ConfigurationError(at(path(e)) + path(e) + ": " + message);
    }

    private static String wrongForm(InvalidFormatException e) {
        int own = e.getOriginalMessage().indexOf("allowed: ");
        String allowed = own >= 0 ? e.getOriginalMessage().substring(own) : "allowed: " + allowed(e.getTargetType());
        return "'" + e.getValue() + "' is not allowed; " + allowed;
    }

    private static String allowed(Class<?> type) {
        if (type == null) {
            return "see conf/reference.yaml";
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        if (Map.class.isAssignableFrom(type) || type.isRecord()) {
            return "a section with keys of its own";
        }
        return "text";
    }

    /** "conf/sluice.yaml, line 4: ", or nothing for what no layer says itself. */
    private String at(String path) {
        for (String key = path; !key.isEmpty(); key = key.substring(0, Math.max(key.lastIndexOf('.'), 0))) {
            String place = settings.places().get(key);
            if (place != null) {
                return place + ": ";
            }
        }
        return "";
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }
}
