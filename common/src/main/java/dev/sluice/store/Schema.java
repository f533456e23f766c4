package dev.sluice.store;

import dev.sluice.config.PostgresSettings;
import org.flywaydb.core.Flyway;

/** Creates the tables and brings older ones up to date (Flyway, {@code db/migration}). Blocks; safe to run at once from several nodes. */
public final class Schema {

    private Schema() {
    }

    /** @return number of migrations applied; 0 when the schema was up to date */
    public static int migrate(PostgresSettings postgres) {
        return Flyway.configure(Schema.class.getClassLoader())
                .dataSource(postgres.jdbcUrl(), postgres.user(), postgres.password())
                .locations("classpath:db/migration")
                .table("sluice_schema_history")
                .baselineOnMigrate(true).baselineVersion("0")
                .connectRetries(10)
                .load().migrate().migrationsExecuted;
    }
}
