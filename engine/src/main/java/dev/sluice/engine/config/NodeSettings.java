package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Who this node is. @param name part of its consumers' static membership; empty: derived from host and operations port */
public record NodeSettings(String name) {

    public NodeSettings {
        name = name == null ? "" : name;
        InvalidSetting.unless(name.matches("[A-Za-z0-9._-]{0,100}"), "node.name", name,
                "up to 100 letters, digits, '.', '_' and '-'");
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
