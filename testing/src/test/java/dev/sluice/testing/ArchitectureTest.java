package dev.sluice.testing;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The direction of dependencies, and what the house has sworn off. */
class ArchitectureTest {

    private static final String[] VERTICLES = {"dev.sluice.consumer..", "dev.sluice.dlq..", "dev.sluice.lag..", "dev.sluice.gateway.."};
    private static final String[] COMMON = {"dev.sluice.api..", "dev.sluice.bus..", "dev.sluice.config..", "dev.sluice.event..",
            "dev.sluice.failure..", "dev.sluice.metrics..", "dev.sluice.redis..", "dev.sluice.store..",
            "dev.sluice.trace.."};

    private static JavaClasses sluice;

    @BeforeAll
    static void read() {
        sluice = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.sluice");
        assertThat(sluice.size()).isGreaterThan(150);
    }

    @Test
    void shouldLetNoVerticleKnowAnother() {
        for (String verticle : VERTICLES) {
            for (String other : VERTICLES) {
                if (!verticle.equals(other)) {
                    noClasses().that().resideInAPackage(verticle).should().dependOnClassesThat().resideInAPackage(other).check(sluice);
                }
            }
        }
    }

    @Test
    void shouldLetCommonKnowNoneOfTheOthersAndNoKafka() {
        noClasses().that().resideInAnyPackage(COMMON).should().dependOnClassesThat()
                .resideInAnyPackage("dev.sluice.consumer..", "dev.sluice.dlq..", "dev.sluice.lag..", "dev.sluice.gateway..",
                        "dev.sluice.engine..", "dev.sluice.devstack..", "org.apache.kafka..").check(sluice);
    }

    @Test
    void shouldLetNobodyButTheEngineJoinTheVerticles() {
        noClasses().that().resideOutsideOfPackages("dev.sluice.engine..", "dev.sluice.testing..").should().dependOnClassesThat()
                .resideInAPackage("dev.sluice.engine..").check(sluice);
        noClasses().that().resideInAPackage("dev.sluice.devstack..").should().dependOnClassesThat(
                DescribedPredicate.describe("are Sluice's own",
                        type -> type.getPackageName().startsWith("dev.sluice") && !type.getPackageName().startsWith("dev.sluice.devstack")))
                .check(sluice);
    }

    @Test
    void shouldKeepThePureCentrePure() {
        for (String pure : new String[] {"OffsetTracker", "FlowController", "BatchSize", "PauseRule", "RetrySchedule", "LagCalculator",
                "FailureClassifier", "BreakerRule", "RoutePolicy", "LagBook", "VerdictRule", "PartitionHistory", "DrainPace",
                "EndHistory", "AlertBoard"}) {
            classes().that().haveSimpleName(pure).should().onlyDependOnClassesThat()
                    .resideOutsideOfPackages("org.apache.kafka..", "io.vertx..", "java.net..", "java.nio.file..").check(sluice);
            noClasses().that().haveSimpleName(pure).should().callMethod(System.class, "nanoTime")
                    .orShould().callMethod(System.class, "currentTimeMillis").check(sluice);
        }
    }

    @Test
    void shouldNotSleepOnAVerticlesThread() {
        noClasses().that().resideInAnyPackage(VERTICLES).should().callMethod(Thread.class, "sleep", long.class).check(sluice);
    }

    @Test
    void shouldHaveNoPackageCycle() {
        slices().matching("dev.sluice.(*)..").should().beFreeOfCycles().check(sluice);
    }

    @Test
    void shouldNameOneIdeaAClass() {
        noClasses().should().haveSimpleNameEndingWith("Impl").orShould().haveSimpleNameEndingWith("Manager")
                .orShould().haveSimpleNameEndingWith("Helper").orShould().haveSimpleNameEndingWith("Utils").check(sluice);
    }
}
