package dev.sluice.engine.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.config.InvalidSetting;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The body of a replay or a discard.
 *
 * @param filter by {@link LetterField#label}; an empty one means every open letter. This or ids must be there, so that
 *               nobody means all by forgetting both
 * @param dryRun null for no
 * @param rate   letters a second; null for 100
 * @param after  null for 0
 * @param until  {@code last} of the dry run; null for no bound
 */
record LetterDecision(List<String> ids, Map<String, String> filter, String actor, String reason, Boolean dryRun,
                      Integer rate, Long after, Long until) {

    private static final ObjectMapper JSON = JsonMapper.builder().disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final String ALLOWED = "an object with ids or filter, and actor, reason, dryRun, rate, after, until";
    private static final int RATE = 100;
    private static final int HIGHEST_RATE = 10_000;

    /** @throws InvalidSetting that says what is wrong and what is allowed */
    static LetterDecision read(byte[] body) {
        try {
            LetterDecision decision = JSON.readValue(body, LetterDecision.class);
            InvalidSetting.unless(decision != null, "body", "null", ALLOWED);
            return decision;
        } catch (JsonMappingException e) {
            String where = e.getPath().isEmpty() ? "body" : e.getPath().get(0).getFieldName();
            throw new InvalidSetting(where, "unknown, or of another type", ALLOWED);
        } catch (JsonProcessingException e) {
            throw new InvalidSetting("body", "no JSON at byte " + e.getLocation().getByteOffset(), ALLOWED);
        } catch (IOException e) {
            throw new InvalidSetting("body", e.getMessage(), ALLOWED);
        }
    }

    /** @throws InvalidSetting that says what is wrong and what is allowed */
    Act toAct(String action) {
        InvalidSetting.unless(ids != null || filter != null, "ids and filter", "", "one of them; an empty filter means all");
        if (filter != null) {
            filter.keySet().forEach(key -> InvalidSetting.unless(LetterField.labels().contains(key), "filter", key,
                    String.join(", ", LetterField.labels())));
        }
        Filter meant = LetterField.filter(ids, name -> filter == null ? null : filter.get(name));
        InvalidSetting.unless(meant.state() == null || meant.state().equals("open"), "state", meant.state(),
                "open, for only open letters can be replayed or discarded");
        InvalidSetting.unless(rate == null || rate >= 1 && rate <= HIGHEST_RATE, "rate", rate, "1 to 10000 letters a second");
        InvalidSetting.unless(after == null || after >= 0, "after", after, "0, or next from the answer before");
        InvalidSetting.unless(until == null || until >= 0, "until", until, "0, or last from the answer to the dry run");
        boolean dry = dryRun != null && dryRun;
        InvalidSetting.unless(!action.equals("discard") || dry || reason != null && !reason.isBlank(), "reason", reason,
                "a text, for a discard needs a reason");
        return new Act(action, meant, text("actor", actor == null ? "unknown" : actor), text("reason", reason), dry,
                rate == null ? RATE : rate, after == null ? 0 : after, until == null ? 0 : until);
    }

    private static String text(String name, String value) {
        InvalidSetting.unless(value == null || value.indexOf('\0') < 0, name, value, "a text without NUL");
        return value;
    }
}
