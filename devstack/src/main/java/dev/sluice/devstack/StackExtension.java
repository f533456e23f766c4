package dev.sluice.devstack;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives tests a {@link Stack}: one for all tests of a JVM, on free ports, in a folder below {@code target/}, stopped at
 * the end of the JVM. A test that has hurt it mends it ({@link Stack#start} brings back what has died).
 */
public final class StackExtension implements ParameterResolver {

    private static Stack shared;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Stack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return shared();
    }

    /** For those who can't be given a parameter. */
    public static synchronized Stack shared() {
        if (shared == null) {
            Stack stack = inFolderOfItsOwn();
            Runtime.getRuntime().addShutdownHook(new Thread(stack::stop, "stack-stop"));
            stack.start();
            shared = stack;
        }
        return shared;
    }

    private static Stack inFolderOfItsOwn() {
        try {
            Path target = Files.createDirectories(Path.of("target"));
            return ProcessStack.onFreePorts(Files.createTempDirectory(target, "stack"));
        } catch (IOException e) {
            throw new StackFailure("no folder for a stack: " + e.getMessage(), e);
        }
    }
}
