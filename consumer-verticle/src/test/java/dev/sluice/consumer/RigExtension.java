package dev.sluice.consumer;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a test's set-up a {@link Rig} of its own, closed after the test, and the {@link Backends.Postgres} that all of this
 * module share: a test that kills it starts it again.
 */
public final class RigExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(RigExtension.class);

    /** Of the rig's topic; 2 without it. */
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Partitions {
        int value();
    }

    private record Open(Rig rig) implements CloseableResource {
        @Override
        public void close() throws Exception {
            rig.close();
        }
    }

    private record Shared(Backends.Postgres postgres) implements CloseableResource {
        @Override
        public void close() throws Exception {
            postgres.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Rig.class || type == Backends.Postgres.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Backends.Postgres postgres = context.getRoot().getStore(NAMESPACE)
                .getOrComputeIfAbsent(Shared.class, key -> new Shared(new Backends.Postgres()), Shared.class).postgres();
        if (parameter.getParameter().getType() == Backends.Postgres.class) {
            return postgres;
        }
        int partitions = parameter.findAnnotation(Partitions.class).map(Partitions::value).orElse(2);
        try {
            Rig rig = new Rig(postgres, partitions);
            context.getStore(NAMESPACE).put(Open.class, new Open(rig));
            return rig;
        } catch (Exception e) {
            throw new ParameterResolutionException("the rig did not start", e);
        }
    }
}
