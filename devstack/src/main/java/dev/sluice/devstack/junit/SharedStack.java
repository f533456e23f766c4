package dev.sluice.devstack.junit;

import dev.sluice.devstack.Part;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.containers.ContainerStack;
import dev.sluice.devstack.process.ProcessStack;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** The one stack of this JVM. It ends with the JVM. */
final class SharedStack {

    /** Null until a test asks. */
    private static Stack stack;
    /** Parts that an earlier test class has used. */
    private static final Set<PartName> USED = EnumSet.noneOf(PartName.class);
    /** Parts that this test class has asked for: they run, and were empty when it first asked. */
    private static final Set<PartName> GIVEN = EnumSet.noneOf(PartName.class);

    private SharedStack() {
    }

    static synchronized void onNextTestClass() {
        USED.addAll(GIVEN);
        GIVEN.clear();
    }

    static synchronized Stack with(Set<PartName> wanted) {
        if (stack == null) {
            stack = create();
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stack"));
        }
        Set<PartName> fresh = EnumSet.noneOf(PartName.class);
        fresh.addAll(wanted);
        fresh.removeAll(GIVEN);
        if (!fresh.isEmpty()) {
            stack.parts().stream().filter(part -> fresh.contains(part.name()) && part.isRunning()).forEach(Part::resume);
            stack.start(fresh);
            CleanSlate slate = new CleanSlate(stack);
            fresh.stream().filter(USED::contains).forEach(slate::wipe);
            GIVEN.addAll(fresh);
        }
        return stack;
    }

    private static Stack create() {
        if ("containers".equals(System.getProperty("stack"))) {
            return new ContainerStack();
        }
        Path programs = Path.of(System.getProperty("java.io.tmpdir"), "sluice-programs-" + System.getProperty("user.name"));
        return ProcessStack.empty(Path.of("target", "devstack"), programs);
    }
}
