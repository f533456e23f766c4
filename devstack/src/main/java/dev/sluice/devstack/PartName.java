package dev.sluice.devstack;

/** The three parts, with their ports and how each is told to stop. */
public enum PartName {

    KAFKA("Kafka", 19092, "TERM"),
    /** SIGINT is its fast shutdown; SIGTERM would wait until every client has left. */
    POSTGRES("PostgreSQL", 15432, "INT"),
    REDIS("Redis", 16379, "TERM");

    private final String title;
    private final int usualPort;
    private final String stopSignal;

    PartName(String title, int usualPort, String stopSignal) {
        this.title = title;
        this.usualPort = usualPort;
        this.stopSignal = stopSignal;
    }

    public String title() {
        return title;
    }

    /** Of its files and folders. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public int usualPort() {
        return usualPort;
    }

    public String portSetting() {
        return "SLUICE_STACK_" + name() + "_PORT";
    }

    public String stopSignal() {
        return stopSignal;
    }
}
