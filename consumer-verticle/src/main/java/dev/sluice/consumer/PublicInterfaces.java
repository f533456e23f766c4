package dev.sluice.consumer;

import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a proxy of a connection must be, too: the driver's own libraries cast theirs to more than they declare. */
final class PublicInterfaces {

    private PublicInterfaces() {
    }

    static Class<?>[] of(Object target) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> each : type.getInterfaces()) {
                if (Modifier.isPublic(each.getModifiers())) {
                    all.add(each);
                }
            }
        }
        return all.toArray(Class<?>[]::new);
    }
}
