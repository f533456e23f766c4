package dev.sluice.testing.guarantee;

/** The events of an entity took effect in the order of their sequence. */
public final class OrderPerEntity implements Guarantee {

    private final AuditEffects audit;

    public OrderPerEntity(AuditEffects audit) {
        this.audit = audit;
    }

    @Override
    public String title() {
        return "The events of an entity keep their order";
    }

    @Override
    public Finding judge() {
        Finding.Count count = new Finding.Count();
        for (long i = audit.steps() - audit.overtaken().size(); i > 0; i--) {
            count.check(true, "");
        }
        audit.overtaken().forEach(overtaken -> count.check(false, "%s", overtaken));
        return count.of(this);
    }
}
