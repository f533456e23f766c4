package dev.sluice.gateway;

import dev.sluice.config.InvalidSetting;

import java.time.Duration;

/**
 * Tokens of an issuer, beside API keys.
 *
 * @param jwks     the issuer's public keys: a file, or an https or http address; empty: no tokens are taken
 * @param issuer   that tokens must name
 * @param audience that tokens must name
 * @param claim    whose value is the client's name in the file of clients
 * @param leeway   by which the issuer's clock may differ
 * @param refresh  the keys are read anew so often
 */
public record JwtSettings(String jwks, String issuer, String audience, String claim, Duration leeway, Duration refresh) {

    /** None. */
    public static final JwtSettings OFF = new JwtSettings("", "", "", "sub", Duration.ofSeconds(30), Duration.ofMinutes(1));

    public JwtSettings {
        jwks = jwks == null ? "" : jwks;
        issuer = issuer == null ? "" : issuer;
        audience = audience == null ? "" : audience;
        InvalidSetting.unless(jwks.isBlank() || !issuer.isBlank(), "gateway.security.jwt.issuer", issuer,
                "the issuer of the tokens, where jwks is given");
        InvalidSetting.unless(jwks.isBlank() || !audience.isBlank(), "gateway.security.jwt.audience", audience,
                "the audience of the tokens, where jwks is given: a token for somebody else must not serve here");
        InvalidSetting.requireText("gateway.security.jwt.claim", claim, "a claim's name, such as sub or client_id");
        InvalidSetting.unless(leeway != null && !leeway.isNegative() && leeway.toMinutes() <= 10,
                "gateway.security.jwt.leeway", leeway, "0s to 10m");
        InvalidSetting.unless(refresh != null && refresh.toMillis() >= 1_000, "gateway.security.jwt.refresh", refresh, "1s or more");
    }

    boolean isOn() {
        return !jwks.isBlank();
    }

    boolean isAddress() {
        return jwks.startsWith("https://") || jwks.startsWith("http://");
    }
}
