package dev.sluice.bus;

/** An address that many may listen to and nobody answers. @param message a record, or a sealed family of records */
public record Announcement<M extends Message>(String address, Class<M> message) {
}
