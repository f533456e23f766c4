package dev.sluice.engine.publish;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;

import static org.assertj.core.api.Assertions.assertThat;

class EntityOfTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
            "{\"data\":{\"subject\":\"no\"},\"subject\":\"a:1\"} | a:1",
            "{\"subject\":\"a:1\",\"partitionkey\":\"b:2\"} | b:2",
            "{\"entityId\":7,\"entityType\":\"order\"} | order:7",
            "{\"entityId\":\"x:y\",\"entityType\":\"order\"} | order:x%3Ay",
            "{\"entityId\":\"\",\"entityType\":\"order\"} | none",
            "{\"type\":\"t\"} | none",
            "[1] | none",
            "{\"subject\":\"a:1\" | none",
            "\"\" | none",
    })
    void shouldFindWhoseEventALineIs(String line, String entity) {
        assertThat(EntityOf.line(line.getBytes(StandardCharsets.UTF_8))).isEqualTo(entity);
    }
}
