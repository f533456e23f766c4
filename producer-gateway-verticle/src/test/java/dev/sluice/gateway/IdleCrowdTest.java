package dev.sluice.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

/** Ten thousand who connect and say nothing, all at once, beside one who publishes. */
@Tag("long")
@Timeout(180)
@ExtendWith(StackExtension.class)
class IdleCrowdTest {

    private static final int CROWD = 10_000;
    private static final int POSTS = 200;

    private final UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Test
    void shouldDelayNobody(Kafka kafka, Redis redis) throws Exception {
        Assumptions.assumeTrue(system.getMaxFileDescriptorCount() > CROWD + 1_000, "ulimit -n is too low");
        RunningGateway gateway = RunningGateway.withTopics(kafka, redis, RunningGateway.idleAfter(Duration.ofMinutes(5)));
        long before = system.getOpenFileDescriptorCount();
        Process crowd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), IdleCrowd.class.getName(), Integer.toString(gateway.port),
                Integer.toString(CROWD)).redirectErrorStream(true).start();
        try {
            double[] alone = milliseconds(gateway);
            BufferedReader said = new BufferedReader(new InputStreamReader(crowd.getInputStream(), StandardCharsets.UTF_8));
            assertThat(said.readLine()).isEqualTo("standing " + CROWD);
            assertThat(system.getOpenFileDescriptorCount() - before).as("connections that stand").isGreaterThanOrEqualTo(CROWD);
            double[] beside = milliseconds(gateway);

            System.out.printf("a post beside %d idle connections: median %.1f ms, p99 %.1f ms (while they came: %.1f, %.1f)%n",
                    CROWD, beside[POSTS / 2], beside[POSTS * 99 / 100], alone[POSTS / 2], alone[POSTS * 99 / 100]);
            assertThat(beside[POSTS - 1]).as("ms, the longest").isLessThan(2_000);
        } finally {
            crowd.destroyForcibly();
            gateway.close();
        }
    }

    /** In rising order. */
    private static double[] milliseconds(RunningGateway gateway) throws Exception {
        double[] all = new double[POSTS];
        for (int i = 0; i < POSTS; i++) {
            long began = System.nanoTime();
            assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
            all[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(all);
        return all;
    }
}
