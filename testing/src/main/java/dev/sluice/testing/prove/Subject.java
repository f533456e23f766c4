package dev.sluice.testing.prove;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.devstack.Postgres;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.guarantee.Effects;
import dev.sluice.testing.guarantee.HandlerEffects;
import dev.sluice.testing.guarantee.LedgerEffects;
import dev.sluice.testing.load.Transfers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The handler whose effects are proven. The ledger is known; of another one, files beside it on the class path tell more:
 * {@code prove/NAME.sql} makes its tables, {@code prove/NAME.ndjson} has the events that it wants,
 * {@code prove/NAME-effects.sql} counts its effects, and {@code prove/NAME-wrong.sql} finds what can't be.
 */
record Subject(String handler) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What it needs before any node starts. */
    void prepare(Postgres postgres) throws FaultFailure {
        Optional<String> sql = resource(".sql");
        if (sql.isPresent()) {
            try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
                statement.execute(sql.get());
            } catch (SQLException e) {
                throw new FaultFailure("prove/" + handler + ".sql: " + e.getMessage(), e);
            }
        }
    }

    /** Empty for transfers. @throws FaultFailure naming the line that is none */
    List<ObjectNode> bodies() throws FaultFailure {
        List<ObjectNode> bodies = new ArrayList<>();
        int number = 0;
        for (String line : resource(".ndjson").stream().flatMap(String::lines).toList()) {
            number++;
            try {
                JsonNode body = JSON.readTree(line);
                if (!(body instanceof ObjectNode object) || !body.path("type").isTextual() || body.path("data").isMissingNode()) {
                    throw new FaultFailure("prove/" + handler + ".ndjson, line " + number + ": an object with \"type\" and \"data\" is needed");
                }
                bodies.add(object);
            } catch (JsonProcessingException e) {
                throw new FaultFailure("prove/" + handler + ".ndjson, line " + number + ": " + e.getOriginalMessage(), e);
            }
        }
        return bodies;
    }

    Effects effects(Postgres postgres, Transfers transfers) throws SQLException {
        if (handler.equals(Plan.LEDGER)) {
            return LedgerEffects.read(postgres, transfers, times -> balances(transfers, times));
        }
        return HandlerEffects.read(postgres, transfers, handler, resource("-effects.sql"), resource("-wrong.sql"));
    }

    private static Map<String, BigDecimal> balances(Transfers transfers, int[] times) {
        long[] cents = transfers.balances(times);
        Map<String, BigDecimal> balances = new HashMap<>();
        for (int account = 0; account < cents.length; account++) {
            balances.put(transfers.accountName(account), BigDecimal.valueOf(cents[account], 2));
        }
        return balances;
    }

    private Optional<String> resource(String end) {
        try (InputStream in = Subject.class.getResourceAsStream("/prove/" + handler + end)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
