package dev.sluice.testing.fault;

import java.util.List;

/** The way between nodes and a part is in a bad condition. */
final class LinkFault implements Fault {

    private final String name;
    private final List<Link> links;
    private final Condition condition;

    LinkFault(String verb, List<Link> links, Condition condition) {
        this.name = verb + " " + (links.size() == 1 ? links.get(0).name() : links.get(0).name().replaceFirst("^[^-]*", "all"));
        this.links = links;
        this.condition = condition;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void begin() throws FaultFailure {
        for (Link link : links) {
            link.set(condition);
        }
    }

    @Override
    public String harm() throws FaultFailure {
        long affected = links.stream().mapToLong(Link::affected).sum();
        if (affected == 0) {
            throw new FaultFailure(name + ": nobody used the connection meanwhile");
        }
        return affected + (condition instanceof Condition.Cut ? " connections reset or refused" : " bytes held up");
    }

    @Override
    public void end() throws FaultFailure {
        for (Link link : links) {
            link.set(new Condition.Clear());
        }
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
