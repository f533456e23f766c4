package dev.sluice.testing.simulation;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/**
 * Loads the product once more, beside itself, with its doors to the outside led to {@link Substitutes}: so that the very
 * classes that run in production run in a simulated world, and nothing in them is written for that. Classes can be
 * replaced by others of the same name, which is how planted bugs get in.
 */
public final class SimulationLoader extends ClassLoader {

    private static final String SUBSTITUTES = "dev/sluice/testing/simulation/Substitutes";
    private static final String TENURE = "dev/sluice/consumer/AssignedPartition";
    private static final Set<String> STATIC = Set.of("java/lang/System.nanoTime()J", "java/lang/System.currentTimeMillis()J",
            "java/util/UUID.randomUUID()Ljava/util/UUID;",
            "org/slf4j/LoggerFactory.getLogger(Ljava/lang/Class;)Lorg/slf4j/Logger;",
            "dev/sluice/consumer/PgTransaction.cut(Lio/vertx/sqlclient/SqlConnection;)V");
    private static final Set<String> VIRTUAL = Set.of("java/util/concurrent/ThreadLocalRandom.nextLong(J)J",
            "java/util/concurrent/ThreadLocalRandom.nextDouble(DD)D",
            "java/util/concurrent/Semaphore.tryAcquire(JLjava/util/concurrent/TimeUnit;)Z",
            "java/util/concurrent/CompletableFuture.get(JLjava/util/concurrent/TimeUnit;)Ljava/lang/Object;",
            "io/vertx/core/Future.timeout(JLjava/util/concurrent/TimeUnit;)Lio/vertx/core/Future;");

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> replaced;

    /** @param replaced by class name: what is loaded in place of the class path's */
    public SimulationLoader(Map<String, byte[]> replaced) {
        super(SimulationLoader.class.getClassLoader());
        this.replaced = Map.copyOf(replaced);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("dev.sluice.") && !name.startsWith("io.vertx.circuitbreaker.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] bytes = bytes(name);
                loaded = defineClass(name, bytes, 0, bytes.length);
            }
            return loaded;
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        byte[] original = replaced.get(name);
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (original == null && file == null) {
                throw new ClassNotFoundException(name);
            }
            return withSubstitutes(original == null ? file.readAllBytes() : original);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static byte[] withSubstitutes(byte[] original) {
        ClassReader reader = new ClassReader(original);
        if (reader.getClassName().equals(SUBSTITUTES)) {
            return original;
        }
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return new Calls(super.visitMethod(access, name, descriptor, signature, exceptions));
            }

            @Override
            public void visitEnd() {
                if (reader.getClassName().equals(TENURE)) {
                    hashByPlace(this);
                }
                super.visitEnd();
            }
        }, 0);
        return writer.toByteArray();
    }

    /** Or the order of a HashMap with such keys would be another each time. */
    private static void hashByPlace(ClassVisitor tenure) {
        MethodVisitor hash = tenure.visitMethod(Opcodes.ACC_PUBLIC, "hashCode", "()I", null, null);
        hash.visitCode();
        hash.visitVarInsn(Opcodes.ALOAD, 0);
        hash.visitMethodInsn(Opcodes.INVOKEVIRTUAL, TENURE, "topicPartition", "()Lorg/apache/kafka/common/TopicPartition;", false);
        hash.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Object", "hashCode", "()I", false);
        hash.visitInsn(Opcodes.IRETURN);
        hash.visitMaxs(1, 1);
        hash.visitEnd();
    }

    /** A method of the product as its calls are rewritten. */
    private static final class Calls extends MethodVisitor {

        private Calls(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            String call = owner + '.' + name + descriptor;
            if (opcode == Opcodes.INVOKESTATIC && STATIC.contains(call)) {
                super.visitMethodInsn(opcode, SUBSTITUTES, name, descriptor, false);
            } else if (opcode != Opcodes.INVOKESTATIC && VIRTUAL.contains(call)) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, SUBSTITUTES, name, "(L" + owner + ';' + descriptor.substring(1), false);
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }
    }
}
