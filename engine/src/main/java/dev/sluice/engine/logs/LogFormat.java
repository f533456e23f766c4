package dev.sluice.engine.logs;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;

import java.util.Optional;

/** How log lines are written. */
public enum LogFormat {

    /** For people, as logback.xml has it. */
    TEXT {
        @Override
        Optional<Encoder<ILoggingEvent>> encoder(LoggerContext context, String node) {
            return Optional.empty();
        }
    },

    /** One JSON object a line, with a field for each {@code key={}} of the message. */
    JSON {
        @Override
        Optional<Encoder<ILoggingEvent>> encoder(LoggerContext context, String node) {
            LogstashFieldNames names = new LogstashFieldNames();
            names.setVersion("[ignore]");
            names.setLevelValue("[ignore]");
            LogstashEncoder encoder = new LogstashEncoder();
            encoder.setContext(context);
            encoder.setFieldNames(names);
            encoder.setCustomFields("{\"node\":\"" + node + "\"}");
            encoder.addProvider(new KeyedArguments());
            encoder.start();
            return Optional.of(encoder);
        }
    };

    abstract Optional<Encoder<ILoggingEvent>> encoder(LoggerContext context, String node);
}
