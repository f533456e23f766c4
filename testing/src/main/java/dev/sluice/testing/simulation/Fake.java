package dev.sluice.testing.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Stands in for somebody else's large interface with the few methods that the product calls, by name. A call that nobody
 * has taught it is an error that says so: the model must learn it, rather than answer null.
 */
final class Fake implements InvocationHandler {

    private static final Object[] NONE = new Object[0];

    private final String name;
    private final Map<String, Function<Object[], Object>> answers = new HashMap<>();
    private Object otherwise;

    Fake(String name) {
        this.name = name;
    }

    Fake on(String method, Function<Object[], Object> answer) {
        answers.put(method, answer);
        return this;
    }

    /** Who answers all else. */
    Fake otherwise(Object real) {
        otherwise = real;
        return this;
    }

    @SuppressWarnings("unchecked")
    <T> T as(Class<? super T> type) {
        return (T) Proxy.newProxyInstance(Fake.class.getClassLoader(), new Class<?>[] {type}, this);
    }

    @Override
    public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
        Function<Object[], Object> answer = answers.get(method.getName());
        if (answer != null) {
            return answer.apply(arguments == null ? NONE : arguments);
        }
        if (otherwise != null) {
            return method.invoke(otherwise, arguments);
        }
        return switch (method.getName()) {
            case "toString" -> name;
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> self == arguments[0];
            default -> {
                if (method.isDefault()) {
                    yield InvocationHandler.invokeDefault(self, method, arguments);
                }
                throw Substitutes.notModelled(method + " of " + name);
            }
        };
    }
}
