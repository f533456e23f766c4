package dev.sluice.devstack.junit;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.Stack;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives tests a real {@link Kafka}, {@link Postgres}, {@link Redis}, or the whole {@link Stack}, as parameters. There is one
 * stack per JVM, a part is started when a test first asks for it, those of one method side by side, and each test class
 * finds what it asks for running and empty. {@code -Dstack=containers} takes containers instead of processes.
 */
public final class StackExtension implements BeforeAllCallback, ParameterResolver {

    private static final Map<Class<?>, Set<PartName>> PARTS = Map.of(Kafka.class, Set.of(PartName.KAFKA),
            Postgres.class, Set.of(PartName.POSTGRES), Redis.class, Set.of(PartName.REDIS), Stack.class, Set.of(PartName.values()));

    @Override
    public void beforeAll(ExtensionContext context) {
        if (context.getRequiredTestClass().getEnclosingClass() == null) {
            SharedStack.onNextTestClass();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARTS.containsKey(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Set<PartName> wanted = Arrays.stream(parameter.getDeclaringExecutable().getParameterTypes())
                .flatMap(type -> PARTS.getOrDefault(type, Set.of()).stream()).collect(Collectors.toSet());
        Stack stack = SharedStack.with(wanted);
        Class<?> type = parameter.getParameter().getType();
        if (type == Kafka.class) {
            return stack.kafka();
        }
        if (type == Postgres.class) {
            return stack.postgres();
        }
        return type == Redis.class ? stack.redis() : stack;
    }
}
