package dev.sluice.testing.simulation;

import java.util.Map;
import java.util.function.BiFunction;

/** The product in a simulated world: as it is, or with some of its classes replaced. Any thread, each with a world. */
final class Product {

    private final BiFunction<String, Boolean, Map<String, Object>> simulation;

    private Product(BiFunction<String, Boolean, Map<String, Object>> simulation) {
        this.simulation = simulation;
    }

    static Product asItIs() {
        return with(Map.of());
    }

    /** @param replaced by class name */
    @SuppressWarnings("unchecked")
    static Product with(Map<String, byte[]> replaced) {
        try {
            return new Product((BiFunction<String, Boolean, Map<String, Object>>) new SimulationLoader(replaced)
                    .loadClass(Simulation.class.getName()).getConstructor().newInstance());
        } catch (ReflectiveOperationException wrong) {
            throw new IllegalStateException("the simulation can't be loaded", wrong);
        }
    }

    Result run(Plan plan) {
        return Result.of(simulation.apply(plan.toString(), false));
    }

    Result trace(Plan plan) {
        return Result.of(simulation.apply(plan.toString(), true));
    }
}
