package dev.sluice.testing.fault;

import java.util.List;

/** The way between nodes and a part is in a bad condition. */
final class LinkFault implements Fault {

    private final String name;
    private final List<Link> links;
    private final Condition condition;

    LinkFault(String verb, List<Link> links, Condition condition) {
        this.name = verb + " " + common(links);
        this.links = links;
        this.condition = condition;
    }

    @Override
    public String name() {
        return name;
    }

    /** As {@code a-Kafka-2}; {@code all} for the nodes, nothing for the brokers, when there are several. */
    private static String common(List<Link> links) {
        List<String[]> words = links.stream().map(link -> link.name().split("-")).toList();
        String[] first = words.get(0);
        boolean oneNode = words.stream().allMatch(each -> each[0].equals(first[0]));
        boolean oneBroker = first.length > 2 && words.stream().allMatch(each -> each[2].equals(first[2]));
        return (oneNode ? first[0] : "all") + "-" + first[1] + (oneBroker ? "-" + first[2] : "");
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
