package dev.sluice.engine;

import dev.sluice.gateway.ApiKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(name = "api-key", mixinStandardHelpOptions = true,
        description = "Makes an API key: for the client the key, for gateway.security.clients-file its hash.")
final class ApiKeyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        String key = ApiKey.random();
        spec.commandLine().getOut().println("key   " + key);
        spec.commandLine().getOut().println("hash  " + ApiKey.hash(key));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
