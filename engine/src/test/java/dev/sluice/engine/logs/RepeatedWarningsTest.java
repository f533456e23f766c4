package dev.sluice.engine.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

class RepeatedWarningsTest {

    private final LoggerContext context = new LoggerContext();
    private final AtomicLong now = new AtomicLong();
    private final RepeatedWarnings filter = new RepeatedWarnings(now::get);
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private Logger logger;

    @BeforeEach
    void start() {
        filter.start();
        context.addTurboFilter(filter);
        written.start();
        logger = context.getLogger("some.Class");
        logger.setLevel(Level.INFO);
        logger.addAppender(written);
    }

    @Test
    void shouldLetTenThroughAndSayHowManyWereLeftOut() {
        for (int i = 0; i < 1_010; i++) {
            logger.warn("partition={} is slow", i);
        }
        assertThat(written.list).hasSize(10);
        filter.tellWhatWasLeftOut();
        assertThat(written.list).as("its minute is not over").hasSize(10);

        now.addAndGet(RepeatedWarnings.WINDOW_NANOS);
        filter.tellWhatWasLeftOut();

        assertThat(written.list).hasSize(11);
        assertThat(written.list.get(10).getFormattedMessage())
                .isEqualTo("1000 more like this were left out within a minute: partition={} is slow");
        assertThat(written.list.get(10).getLevel()).isEqualTo(Level.WARN);
        logger.warn("partition={} is slow", 5);
        assertThat(written.list).hasSize(12);
    }

    @Test
    void shouldKeepMessagesApartAndLeaveWhatIsNoWarningAlone() {
        for (int i = 0; i < 20; i++) {
            logger.warn("one");
            logger.error("other");
            logger.info("news");
            logger.debug("nothing");
        }

        assertThat(written.list).hasSize(10 + 10 + 20);
    }

    @Test
    void shouldSayNothingOfWhatWasNotLeftOut() {
        logger.warn("once");
        now.addAndGet(RepeatedWarnings.WINDOW_NANOS);

        filter.tellWhatWasLeftOut();

        assertThat(written.list).hasSize(1);
    }
}
